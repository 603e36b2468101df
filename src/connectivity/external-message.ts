// A message as a broker has it, before or after it is a Ditto Protocol message.

/** Headers of one message; names are lower-case. */
export type ExternalHeaders = Readonly<Record<string, string>>;

/** What a message carries, as bytes or as text; the one is made of the other (UTF-8) when it is asked for. */
export interface ExternalPayload {
  text(): string;
  bytes(): Buffer;
  /** Whether it was made of text. */
  readonly isText: boolean;
  /** Length in bytes, or in characters where it was made of text. */
  readonly length: number;
}

export interface ExternalMessage {
  readonly headers: ExternalHeaders;
  /** Absent where there is none. */
  readonly payload: ExternalPayload | undefined;
}

export function bytesPayload(bytes: Buffer): ExternalPayload {
  let text: string | undefined;
  return {
    length: bytes.length,
    isText: false,
    bytes: () => bytes,
    text() {
      text ??= bytes.toString("utf8");
      return text;
    },
  };
}

/** The same of a text that is printed when it is asked for: what finds no address to go to is never printed. */
export function printedPayload(print: () => string): ExternalPayload {
  let text: string | undefined;
  const printed = (): string => {
    text ??= print();
    return text;
  };
  return {
    get length() {
      return printed().length;
    },
    isText: true,
    text: printed,
    bytes: () => Buffer.from(printed(), "utf8"),
  };
}

export const textPayload = (text: string): ExternalPayload => ({
  length: text.length,
  isText: true,
  text: () => text,
  bytes: () => Buffer.from(text, "utf8"),
});
