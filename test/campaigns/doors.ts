// The two ways a campaign writes: over HTTP and over a WebSocket. Neither throws; no answer is status 0.

import { once } from "node:events";
import { Agent } from "node:http";
import { WebSocket } from "ws";
import { send } from "../replay/send.ts";
import type { TestServer } from "../support/server.ts";

export interface Answer {
  readonly status: number;
  /** The `entity-revision` header. */
  readonly revision: number;
  /** What came with an answer that is no success. */
  readonly error: unknown;
}

/** Writes one attribute of a thing. */
export interface Door {
  write(thingId: string, lane: string, value: number): Promise<Answer>;
  close(): void;
}

const authorization = `Basic ${Buffer.from("ditto:ditto").toString("base64")}`;

/** Writes with PUT of the attribute, or with PATCH of the whole thing. */
export function httpDoor(server: TestServer, method: "PUT" | "PATCH"): Door {
  const agent = new Agent({ keepAlive: true });
  return {
    write: async (thingId, lane, value) => {
      const path = `/api/2/things/${thingId}`;
      const answer = await send(
        server.url,
        method === "PUT"
          ? {
              method,
              path: `${path}/attributes/${lane}`,
              headers: { authorization, "content-type": "application/json" },
              body: String(value),
            }
          : {
              method,
              path,
              headers: { authorization, "content-type": "application/merge-patch+json" },
              body: JSON.stringify({ attributes: { [lane]: value } }),
            },
        agent,
      );
      const revision = answer.headers.find(([name]) => name.toLowerCase() === "entity-revision")?.[1];
      return { status: answer.status, revision: Number(revision), error: read(answer.body) };
    },
    close: () => agent.destroy(),
  };
}

/** Writes with modify commands; many may be under way at once. */
export async function socketDoor(server: TestServer): Promise<Door> {
  const socket = new WebSocket(`${server.wsUrl}/ws/2`, { headers: { authorization } });
  const waiting = new Map<string, (answer: Answer) => void>();
  let next = 0;
  const giveUp = () => {
    for (const resolve of waiting.values()) resolve(noAnswer);
    waiting.clear();
  };
  socket.on("message", (data) => {
    const { headers, status, value } = JSON.parse(String(data)) as Envelope;
    const id = headers["correlation-id"] ?? "";
    waiting.get(id)?.({ status: status ?? 0, revision: Number(headers["entity-revision"]), error: value });
    waiting.delete(id);
  });
  socket.on("close", giveUp);
  socket.on("error", giveUp);
  await once(socket, "open");
  return {
    write: (thingId, lane, value) => {
      if (socket.readyState !== WebSocket.OPEN) return Promise.resolve(noAnswer);
      const id = String(next++);
      const [namespace, name] = thingId.split(":");
      const { promise, resolve } = Promise.withResolvers<Answer>();
      waiting.set(id, resolve);
      socket.send(
        JSON.stringify({
          topic: `${namespace}/${name}/things/twin/commands/modify`,
          headers: { "correlation-id": id, "content-type": "application/json" },
          path: `/attributes/${lane}`,
          value,
        }),
      );
      return promise;
    },
    close: () => socket.terminate(),
  };
}

interface Envelope {
  readonly headers: Readonly<Record<string, string>>;
  readonly status?: number;
  readonly value?: unknown;
}

const noAnswer: Answer = { status: 0, revision: 0, error: "no answer" };

function read(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
