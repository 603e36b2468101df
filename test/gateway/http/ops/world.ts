// Operations without a server around them.

import type { IncomingMessage } from "node:http";
import { Readable } from "node:stream";
import { pino } from "pino";
import { alone } from "../../../../src/cluster/alone.ts";
import type { Cluster } from "../../../../src/cluster/cluster.ts";
import {
  type Operations,
  type OperationsParts,
  operations,
} from "../../../../src/gateway/http/ops/operations.ts";
import { readConfig } from "../../../../src/ops/config.ts";
import { type Loggers, loggersOf } from "../../../../src/ops/loggers.ts";

export interface OpsWorld {
  readonly operations: Operations;
  readonly loggers: Loggers;
}

export function opsWorld(parts: Partial<OperationsParts> = {}, cluster: Cluster = alone("node-1")): OpsWorld {
  const loggers = parts.loggers ?? loggersOf(pino({ level: "info" }, { write: () => undefined }));
  return {
    loggers,
    operations: operations({
      config: readConfig({ USERS: "ada:secret", DEVOPS_PASSWORD: "foobar-hidden" }, []),
      cluster,
      loggers,
      checks: [],
      databaseAnswers: async () => undefined,
      isStopping: () => false,
      live: () => ({ things: new Map(), policies: new Map(), waitingForIndex: 0 }),
      countThings: async () => 0,
      piggyback: [],
      ...parts,
    }),
  };
}

/** A request as the door hands it on. */
export function requestOf(method: string, url: string, body?: unknown): IncomingMessage {
  const text = body === undefined ? [] : [Buffer.from(JSON.stringify(body))];
  return Object.assign(Readable.from(text), { method, url, headers: {}, rawHeaders: [] }) as never;
}

/** Asks `METHOD /path?query` and gives status and body. */
export async function ask(
  answers: Operations["open"],
  request: string,
  body?: unknown,
): Promise<{ readonly status: number; readonly body: unknown } | undefined> {
  const [method = "", url = ""] = request.split(" ");
  const response = await answers(url.split("?", 1)[0] as string, requestOf(method, url, body));
  if (!response) return undefined;
  const text = await response.text();
  const isJson = response.headers.get("content-type") === "application/json";
  return { status: response.status, body: isJson ? JSON.parse(text) : text };
}
