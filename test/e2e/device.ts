// A device at a raw WebSocket session: it answers messages and live commands, which the JavaScript client cannot.

import type { TestServer } from "../support/server.ts";
import { type Message, openSession } from "../support/socket.ts";

/** What a device says to a message or live command; nothing where it stays silent. */
export type Reaction = (asked: Message) => object | undefined;

export interface Device extends AsyncDisposable {
  /** What came, in order. */
  readonly seen: readonly Message[];
  say(message: object): void;
}

/** Connects a device that is told of the given streams, such as `MESSAGES`, and reacts to each signal. */
export async function connectDevice(
  server: Pick<TestServer, "wsUrl">,
  streams: readonly string[],
  react: Reaction = () => undefined,
  declaredAcks = "",
): Promise<Device> {
  const query = declaredAcks && `?declared-acks=${encodeURIComponent(declaredAcks)}`;
  const session = await openSession(server, undefined, query);
  for (const stream of streams) {
    session.send(`START-SEND-${stream}`);
    const acknowledged = await session.next();
    if (!acknowledged.startsWith("START-SEND-")) throw new Error(acknowledged);
  }
  const seen: Message[] = [];
  session.socket.on("message", (data) => {
    const message = JSON.parse(data.toString()) as Message;
    seen.push(message);
    const said = message.status === undefined ? react(message) : undefined;
    if (said) session.send(said);
  });
  return {
    seen,
    say: (message) => session.send(message),
    [Symbol.asyncDispose]: () => session[Symbol.asyncDispose](),
  };
}

/** The answer to a message or live command. */
export const answerTo = (
  asked: Message,
  status: number,
  value?: unknown,
  contentType = "application/json",
) => ({
  topic: asked.topic,
  headers: { "correlation-id": asked.headers["correlation-id"], "content-type": contentType },
  path: asked.path,
  status,
  value,
});

/** An acknowledgement of what came. */
export const acknowledgementOf = (asked: Message, label: string, status: number) => ({
  topic: `${asked.topic.split("/").slice(0, 4).join("/")}/acks/${label}`,
  headers: { "correlation-id": asked.headers["correlation-id"] },
  path: "/",
  status,
});
