import { once } from "node:events";
import { WebSocket } from "ws";
import type { TestServer } from "../support/server.ts";
import type { Ledger } from "./ledger.ts";

interface EventLike {
  readonly topic: string;
  readonly path: string;
  readonly value?: unknown;
  readonly revision: number;
}

/** Enters all events into the ledger. The promise ends when the socket has, and with it the last message. */
export async function startWatcher(
  server: TestServer,
  ledger: Ledger,
): Promise<{ readonly closed: Promise<unknown>; close(): void }> {
  const authorization = `Basic ${Buffer.from("ditto:ditto").toString("base64")}`;
  const socket = new WebSocket(`${server.wsUrl}/ws/2`, { headers: { authorization } });
  socket.on("error", () => {});
  await once(socket, "open");
  socket.send("START-SEND-EVENTS");
  await once(socket, "message");
  socket.on("message", (data) => {
    const { topic, path, value, revision } = JSON.parse(String(data)) as EventLike;
    const [namespace, name] = topic.split("/");
    ledger.saw(`${namespace}:${name}`, revision, attributesOf(path, value));
  });
  return { closed: once(socket, "close"), close: () => socket.close() };
}

/** Which attributes an event of the campaign's writers says have which value. */
function attributesOf(path: string, value: unknown): Readonly<Record<string, unknown>> {
  const [, top, name] = path.split("/");
  if (top === "attributes" && name !== undefined) return { [name]: value };
  return (value as { attributes?: Record<string, unknown> } | undefined)?.attributes ?? {};
}
