// An operator of connections at the HTTP API of a server.

import { setTimeout as sleep } from "node:timers/promises";
import type { TestServer } from "../server.ts";

const PASSWORD = "foobar";
const OPEN_WITHIN_MS = 30_000;
const asDevops = `Basic ${Buffer.from(`devops:${PASSWORD}`).toString("base64")}`;

/** What a server needs so that there is an operator; connections that fail are tried again soon. */
export const operatorSettings: Readonly<Record<string, string>> = {
  DEVOPS_PASSWORD: PASSWORD,
  CONNECTIVITY_CLIENT_MIN_BACKOFF: "100ms",
  CONNECTIVITY_MQTT_RECONNECT_MIN_TIMEOUT_FOR_MQTT_BROKER_INITIATED_DISCONNECT: "100ms",
  CONNECTIVITY_CLIENT_MAX_BACKOFF: "500ms",
};

/** JSON as a test looks at it. */
// biome-ignore lint/suspicious/noExplicitAny: tests say by what they expect what it is
export type Json = any;

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** Of its text. */
  readonly json: Json;
}

export interface LogEntry {
  readonly correlationId: string;
  readonly category: string;
  readonly type: string;
  readonly level: string;
  readonly message: string;
  readonly address?: string;
}

export interface Operator {
  /** Asks what is below `/api/2/connections`. */
  ask(method: string, path: string, body?: object | string): Promise<Answer>;
  /** Asks any path of the server as an operator. */
  read(path: string): Promise<Answer>;
  /** Puts a connection that is to be open, and waits until it is, with its logs on. */
  open(id: string, connection: object): Promise<void>;
  untilOpen(id: string): Promise<void>;
  /** A command by its name, such as `closeConnection`; throws unless it succeeds. */
  command(id: string, name: string): Promise<void>;
  status(id: string): Promise<Json>;
  logs(id: string): Promise<readonly LogEntry[]>;
}

export function operatorOf(server: Pick<TestServer, "fetch">): Operator {
  const send = async (path: string, init: RequestInit = {}): Promise<Answer> => {
    const headers = new Headers(init.headers);
    headers.set("authorization", asDevops);
    const response = await server.fetch(path, { ...init, headers });
    const text = await response.text();
    return {
      status: response.status,
      headers: response.headers,
      text,
      get json() {
        return JSON.parse(text) as Json;
      },
    };
  };
  const ask: Operator["ask"] = (method, path, body) =>
    send(`/api/2/connections${path}`, {
      method,
      ...(body !== undefined && {
        headers: { "content-type": typeof body === "string" ? "text/plain" : "application/json" },
        body: typeof body === "string" ? body : JSON.stringify(body),
      }),
    });
  const succeed = async (method: string, path: string, body?: object | string): Promise<Answer> => {
    const answer = await ask(method, path, body);
    if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${answer.text}`);
    return answer;
  };
  const status = async (id: string) => (await succeed("GET", `/${id}/status`)).json;

  const untilOpen: Operator["untilOpen"] = async (id) => {
    const deadline = Date.now() + OPEN_WITHIN_MS;
    for (;;) {
      const told = await status(id);
      if (told.liveStatus === "open") return;
      if (Date.now() > deadline) throw new Error(`${id} is not open: ${JSON.stringify(told)}`);
      await sleep(20);
    }
  };
  return {
    ask,
    read: (path) => send(path),
    async open(id, connection) {
      await succeed("PUT", `/${id}`, { connectionStatus: "open", ...connection });
      await untilOpen(id);
    },
    untilOpen,
    async command(id, name) {
      await succeed("POST", `/${id}/command`, `connectivity.commands:${name}`);
    },
    status,
    logs: async (id) => (await succeed("GET", `/${id}/logs`)).json.connectionLogs,
  };
}
