// A whole server with an operator of connections and a user of twins.

import { vi } from "vitest";
import { newPlace, type Place, type StorageKind } from "../../campaigns/place.ts";
import {
  type Json,
  type Operator,
  operatorOf,
  operatorSettings,
} from "../../support/connections/operator.ts";
import type { TestServer } from "../../support/server.ts";

export interface World extends AsyncDisposable {
  readonly server: TestServer;
  readonly operator: Operator;
  /** Creates a thing and gives its ID. */
  aThing(name: string, thing?: object): Promise<string>;
  /** What is at a path below `/api/2/things`; `undefined` where nothing is. */
  twin(path: string): Promise<Json>;
  /** Writes JSON below `/api/2/things`. */
  write(path: string, value: unknown, headers?: Record<string, string>): Promise<Response>;
  /** Asks a thing something, and gives what it answers. */
  ask(id: string, subject: string, text: string): Promise<{ readonly status: number; readonly text: string }>;
}

export const NAMESPACE = "org.pollux.bridge";
/** Who may do everything to the things of {@link World.aThing}. */
export const USER = "nginx:ditto";

const quick = {
  // The mock of Kafka answers who waits for messages only when the time is up.
  KAFKA_CONSUMER_FETCH_MAX_WAIT_MS: "100",
  CONNECTIVITY_CLIENT_DISCONNECT_ANNOUNCEMENT_TIMEOUT: "200ms",
};

export interface WorldOptions {
  /** Starting on PostgreSQL is quicker. */
  readonly storage?: StorageKind;
  /** Where a former server was; it is left as it is. */
  readonly place?: Place;
}

export async function openWorld({ storage = "postgres", place }: WorldOptions = {}): Promise<World> {
  const stack = new AsyncDisposableStack();
  const used = place ?? stack.use(await newPlace(storage));
  const server = stack.use(await used.start({ LOG_LEVEL: "warn", ...quick, ...operatorSettings }));
  const write: World["write"] = (path, value, headers = {}) =>
    server.fetch(`/api/2/things/${path}`, {
      method: "PUT",
      headers: { "content-type": "application/json", ...headers },
      body: JSON.stringify(value),
    });
  return {
    server,
    operator: operatorOf(server),
    async aThing(name, thing = {}) {
      const id = `${NAMESPACE}:${name}`;
      const response = await write(id, thing);
      if (!response.ok) throw new Error(`${response.status} ${await response.text()}`);
      return id;
    },
    async twin(path) {
      const response = await server.fetch(`/api/2/things/${path}`);
      return response.ok ? await response.json() : undefined;
    },
    write,
    async ask(id, subject, text) {
      const response = await server.fetch(`/api/2/things/${id}/inbox/messages/${subject}?timeout=10s`, {
        method: "POST",
        headers: { "content-type": "text/plain" },
        body: text,
      });
      return { status: response.status, text: await response.text() };
    },
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

/** A command to a twin, as devices say it. */
export const modifyOf = (id: string, path: string, value: unknown, headers: object = {}) => ({
  ...{ topic: `${id.replace(":", "/")}/things/twin/commands/modify`, headers, path, value },
});

/** Waits until what is looked at is as it should be. */
export const eventually = <T>(look: () => T | Promise<T>): Promise<T> =>
  vi.waitFor(look, { timeout: 15_000, interval: 10 });
