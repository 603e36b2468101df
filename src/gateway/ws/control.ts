// The plain-text control messages of a WebSocket session (httpapi-protocol-bindings-websocket page).

export interface ControlMessage {
  readonly start: boolean;
  readonly topic: "EVENTS" | "MESSAGES" | "LIVE-COMMANDS" | "LIVE-EVENTS" | "POLICY-ANNOUNCEMENTS";
  readonly parameters: URLSearchParams;
}

const pattern =
  /^(START|STOP)-SEND-(EVENTS|MESSAGES|LIVE-COMMANDS|LIVE-EVENTS|POLICY-ANNOUNCEMENTS)(?:\?(.*))?$/;

/** Reads a control message, or gives `undefined` where the text is none. */
export function readControl(text: string): ControlMessage | undefined {
  const [, verb, topic, query] = pattern.exec(text) ?? [];
  if (topic === undefined) return undefined;
  return {
    start: verb === "START",
    topic: topic as ControlMessage["topic"],
    parameters: new URLSearchParams(query ?? ""),
  };
}

/** The line that acknowledges a control message. */
export const acknowledge = ({ start, topic }: ControlMessage): string =>
  `${start ? "START" : "STOP"}-SEND-${topic}:ACK`;
