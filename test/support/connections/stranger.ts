// Another client at a broker: the device or the application at the other end of a connection.

/** Something that came to a topic. */
export interface Heard {
  readonly text: string;
  /** Where the transport has headers. */
  readonly headers: Readonly<Record<string, string>>;
}

export interface Stranger extends AsyncDisposable {
  /** What makes a connection lead to its broker: `connectionType`, `uri` and the like. */
  readonly link: object;
  /** What makes a source read a topic. */
  source(topic: string): { readonly addresses: readonly string[]; readonly qos: number };
  /** What makes a target, or a reply target, write to a topic. */
  address(topic: string): string;
  /** How sure a target may be; absent where that has no levels. */
  readonly targetQos: number;
  /** Resolves once the broker has it. */
  say(topic: string, said: object | string, headers?: Readonly<Record<string, string>>): Promise<void>;
  /** What comes to a topic from now on; it grows. */
  hear(topic: string): Promise<readonly Heard[]>;
}

export const textOf = (said: object | string): string =>
  typeof said === "string" ? said : JSON.stringify(said);
