// The servers that rows are asked of: one for each set of settings, started when the first table needs it.

import { expect } from "vitest";
import { send } from "../replay/send.ts";
import { startServer, type TestServer } from "../support/server.ts";
import { policy, policyPath } from "./scene.ts";

export interface Servers extends AsyncDisposable {
  with(env: Readonly<Record<string, string>>): Promise<TestServer>;
}

export const asDitto = { "x-ditto-pre-authenticated": "nginx:ditto" };
const settings = { ENABLE_PRE_AUTHENTICATION: "true", USERS: "ditto:ditto" };

export function sharedServers(): Servers {
  const started = new Map<string, Promise<TestServer>>();
  return {
    with(env) {
      const key = JSON.stringify(env);
      const server = started.get(key) ?? start(env);
      started.set(key, server);
      return server;
    },
    async [Symbol.asyncDispose]() {
      for (const server of started.values()) await (await server)[Symbol.asyncDispose]();
    },
  };
}

async function start(env: Readonly<Record<string, string>>): Promise<TestServer> {
  const server = await startServer({ env: { ...settings, ...env } });
  await create(server, policyPath, policy);
  return server;
}

/** Creates what a row finds. */
export async function create(server: TestServer, path: string, value: object): Promise<void> {
  const forwarded = { "x-forwarded-proto": "https" }; // for servers that insist on it
  const headers = { ...asDitto, ...forwarded, "content-type": "application/json" };
  const answer = await send(server.url, { method: "PUT", path, headers, body: JSON.stringify(value) });
  expect(answer.status, answer.body).toBe(201);
}
