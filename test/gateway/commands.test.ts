// What the HTTP door hands to the dispatcher, and how long it waits for it.

import { EventEmitter } from "node:events";
import { PassThrough } from "node:stream";
import { afterAll, expect, test } from "vitest";
import { Deadlines } from "../../src/dispatch/acks/deadlines.ts";
import { repliesRegistry } from "../../src/dispatch/acks/replies-registry.ts";
import { WaitingRoom } from "../../src/dispatch/acks/waiting-room.ts";
import type { Dispatch } from "../../src/dispatch/dispatcher.ts";
import { thingRules } from "../../src/dispatch/thing-rules.ts";
import { entityRequest, type HttpRequest } from "../../src/gateway/http/entity-requests.ts";
import { readTarget } from "../../src/gateway/http/uri.ts";
import type { Reply } from "../../src/signals/reply.ts";
import type { Command } from "../../src/signals/signal.ts";
import { codeOf } from "../support/things.ts";
import { neverIndexed } from "../support/waiting.ts";

const deadlines = new Deadlines();
const seats = { commands: 1, characters: 10_000 };
const room = new WaitingRoom(seats, seats);
afterAll(() => deadlines.close());

const routes = {
  rules: thingRules(102_400),
  base: "/api/2/things",
  maxRequestBytes: 10_000,
  acceptedMediaTypes: ["application/octet-stream"],
  waiting: { deadlines, room, replies: repliesRegistry(), refusalMs: 20, whenIndexed: neverIndexed },
};

interface Asked {
  readonly method: string;
  readonly path: string;
  readonly type?: string;
  readonly body?: string;
  readonly headers?: Command["headers"];
}

/** Sends a request to the door; `dispatch` stands for everything behind it. */
async function ask({ method, path, type, body, headers = {} }: Asked, dispatch: Dispatch) {
  const commands: Command[] = [];
  const faults: unknown[] = [];
  const incoming = Object.assign(new EventEmitter(), {
    method,
    headers: { host: "h", "content-type": type },
    socket: new PassThrough(),
  });
  const request: HttpRequest = {
    incoming: incoming as never,
    target: readTarget(`/api/2/things/${path}`),
    auth: { subjects: ["nginx:ditto"] },
    headers: { "correlation-id": "c", ...headers },
    onFault: (error) => faults.push(error),
  };
  const answered = entityRequest(routes, request, (command, origin) => {
    commands.push(command);
    return dispatch(command, origin);
  });
  if (body !== undefined) incoming.emit("data", Buffer.from(body));
  incoming.emit("end");
  return { answered, commands, faults, request, socket: incoming.socket };
}

const done = async (): Promise<Reply> => ({ status: 204, revision: 2 });
const never = () => new Promise<Reply>(() => undefined);

test("a JSON patch is handed on as such, at every level", async () => {
  const operations = [{ op: "remove", path: "/a" }];
  for (const path of ["org.acme:lamp", "org.acme:lamp/attributes", "org.acme:lamp/features/f/properties/p"]) {
    const { answered, commands } = await ask(
      {
        method: "PATCH",
        path,
        type: "application/json-patch+json; charset=utf-8",
        body: JSON.stringify(operations),
      },
      done,
    );
    expect((await answered).status).toBe(204);
    expect(commands[0]).toMatchObject({ action: "merge", patchFormat: "json-patch", value: operations });
  }
});

test("a merge patch is not", async () => {
  const { answered, commands } = await ask(
    { method: "PATCH", path: "org.acme:lamp", type: "application/merge-patch+json", body: "{}" },
    done,
  );
  await answered;
  expect(commands[0]).not.toHaveProperty("patchFormat");
});

test("who gives a timeout is told when it is over, and a fault that comes later is reported", async () => {
  let fail: (error: Error) => void = () => undefined;
  const failing = () => new Promise<Reply>((_, reject) => (fail = reject));
  const { answered, faults } = await ask(
    { method: "DELETE", path: "org.acme:lamp", headers: { timeout: "10ms" } },
    failing,
  );
  const error = await answered.catch((refusal: unknown) => refusal);
  expect(error).toMatchObject({ code: "command.timeout", status: 408 });
  fail(new Error("late"));
  await new Promise(setImmediate);
  expect(faults).toEqual([new Error("late")]);
});

test("who wants no response is told of a refusal, else that the command was accepted", async () => {
  const quiet = { method: "DELETE", path: "org.acme:lamp", headers: { "response-required": false } };
  const refusing = () => Promise.reject(routes.rules.notFound("org.acme:lamp"));
  expect((await (await ask(quiet, done)).answered).status).toBe(202);
  expect((await (await ask(quiet, never)).answered).status).toBe(202);
  const error = await (await ask(quiet, refusing)).answered.catch((refusal: unknown) => refusal);
  expect(
    codeOf(() => {
      throw error;
    }),
  ).toBe("things:thing.notfound");
});

const acks = { "requested-acks": ["twin-persisted", "my-ack"] };

test("who requests acknowledgements keeps a place only as long as the connection is open", async () => {
  const first = await ask({ method: "DELETE", path: "org.acme:lamp", headers: acks }, done);
  const second = await ask({ method: "DELETE", path: "org.acme:lamp", headers: acks }, done);
  expect(await second.answered.catch(({ code }) => code)).toBe("too.many.requests");
  expect(second.commands).toEqual([]);

  first.socket.destroy();

  await first.answered;
  expect(room.size).toBe(0);
});

test("what was sent is not kept while only acknowledgements are waited for", async () => {
  const { request, socket } = await ask({ method: "DELETE", path: "org.acme:lamp", headers: acks }, done);
  await new Promise(setImmediate);
  expect(room.size).toBe(1);

  expect(request.dispatched).toBeUndefined();

  socket.destroy();
});
