// The two doors of a server, used alike: many commands at once as one subject, each with its answer.

import type { TestServer } from "../../support/server.ts";
import { openSession } from "../../support/socket.ts";

export type Kind = "thing" | "policy";

export interface Asked {
  readonly kind: Kind;
  /** Over HTTP a query instead stands for the collection. */
  readonly id: string;
  readonly action: string;
  readonly path: string;
  readonly value?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** A field selector. */
  readonly fields?: string;
}

/** What tells a client the outcome: the status, the code of a refusal, and what a read shows. */
export interface Answer {
  readonly status: number;
  readonly error?: string;
  readonly value?: unknown;
}

export interface Door extends AsyncDisposable {
  readonly name: string;
  /** Asks all at once; the answers are in the order of the commands. */
  ask(commands: readonly Asked[]): Promise<Answer[]>;
}

const AT_ONCE = 32;
const methods: Readonly<Record<string, string>> = {
  retrieve: "GET",
  create: "PUT",
  modify: "PUT",
  merge: "PATCH",
  delete: "DELETE",
};

const collections = { thing: "things", policy: "policies" };

function answerOf(action: string, status: number, value: unknown): Answer {
  if (status >= 400) return { status, error: (value as { error?: string } | undefined)?.error ?? "none" };
  return action === "retrieve" && status === 200 ? { status, value } : { status };
}

/** HTTP as `subject`, by the header of a trusted proxy. */
export function httpDoor(server: TestServer, subject: string): Door {
  async function one({ kind, id, action, path, value, headers, fields }: Asked): Promise<Answer> {
    const steps = path.split("/").map(encodeURIComponent).join("/");
    const query = fields === undefined ? "" : `?fields=${encodeURIComponent(fields)}`;
    const type = action === "merge" ? "application/merge-patch+json" : "application/json";
    const response = await fetch(
      `${server.url}/api/2/${collections[kind]}${id.startsWith("?") ? "" : "/"}${id}${steps}${query}`,
      {
        method: methods[action] ?? action,
        headers: {
          "x-ditto-pre-authenticated": subject,
          ...(value !== undefined && { "content-type": type }),
          ...headers,
        },
        ...(value !== undefined && { body: JSON.stringify(value) }),
      },
    );
    const text = await response.text();
    return answerOf(action, response.status, text === "" ? undefined : JSON.parse(text));
  }
  return {
    name: "HTTP",
    async ask(commands) {
      const answers: Answer[] = [];
      for (let at = 0; at < commands.length; at += AT_ONCE)
        answers.push(...(await Promise.all(commands.slice(at, at + AT_ONCE).map(one))));
      return answers;
    },
    async [Symbol.asyncDispose]() {},
  };
}

/** One WebSocket session as `subject`. */
export async function socketDoor(server: TestServer, subject: string): Promise<Door> {
  const session = await openSession(server, { "x-ditto-pre-authenticated": subject });
  async function askNow(commands: readonly Asked[]): Promise<Answer[]> {
    const answers = new Map<unknown, Answer>();
    for (const [index, command] of commands.entries()) session.send(messageOf(command, String(index)));
    for (const _ of commands) {
      const { headers, status, value } = await session.message();
      const index = headers["correlation-id"];
      const { action } = commands[Number(index)] as Asked;
      answers.set(index, answerOf(action, status as number, value));
    }
    return commands.map((_, index) => answers.get(String(index)) as Answer);
  }
  let last: Promise<unknown> = Promise.resolve();
  return {
    name: "WebSocket",
    // Tests that run at the same time take turns.
    ask(commands) {
      const asked = last.then(() => askNow(commands));
      last = asked.catch(() => undefined);
      return asked;
    },
    [Symbol.asyncDispose]: () => session[Symbol.asyncDispose](),
  };
}

function messageOf({ kind, id, action, path, value, headers, fields }: Asked, correlationId: string) {
  const [namespace, name] = id.split(":");
  const group = kind === "thing" ? "things/twin" : "policies";
  return {
    topic: `${namespace}/${name}/${group}/commands/${action}`,
    headers: { ...headers, "correlation-id": correlationId },
    path: path === "" ? "/" : path,
    ...(value !== undefined && { value }),
    ...(fields !== undefined && { fields }),
  };
}
