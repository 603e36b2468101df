// Live signals by way of any member: judged and published by the owner, waited for where they came in.

import { afterAll, beforeAll, expect, test } from "vitest";
import type { JsonObject } from "../../../src/base/json/json.ts";
import type { LiveOutcome } from "../../../src/dispatch/live/live.ts";
import type { LiveAnswer, LiveSignal } from "../../../src/signals/live.ts";
import { RemoteOrigin } from "../../../src/signals/origins.ts";
import type { TestPostgres } from "../../support/postgres.ts";
import { answer, command, event, grant, message, policyFor, response } from "../live/live-world.ts";
import { type Members, type ServingMember, startDatabase, startMembers } from "./members.ts";

let postgres: TestPostgres;
let all: Members;
let a: ServingMember;
let b: ServingMember;
beforeAll(async () => {
  postgres = await startDatabase();
  all = await startMembers(postgres, 2);
  [a, b] = all.members as [ServingMember, ServingMember];
});
afterAll(async () => {
  await all[Symbol.asyncDispose]();
  await postgres[Symbol.asyncDispose]();
});

const device = { subjects: ["nginx:device"] };
const user = { subjects: ["nginx:user"] };
let made = 0;

/** A thing of `b`'s under the policy of {@link policyFor}. */
async function thing(resources: JsonObject = {}): Promise<string> {
  const id = all.cluster.idOf(b.cluster, `org.acme:live${++made}`);
  await a.put(id, "/", { attributes: { a: 1, secret: "s" }, _policy: policyFor(resources) });
  return id;
}

const waiterOf = ({ id, headers }: LiveSignal) => ({
  id,
  subject: "nginx:ditto",
  correlationId: headers["correlation-id"] as string,
  characters: 10,
  onGone: () => () => undefined,
  onCommitted: () => undefined,
  onFault(error: unknown) {
    throw error;
  },
});

const send = (signal: LiveSignal, how: object = {}, origin?: object): Promise<LiveOutcome> =>
  a.live.send(signal, { ...response, ...how }, waiterOf(signal), origin);

/** Sends by way of `a`, answers there once `b` has published, as the replies of a cluster do. */
async function answered(signal: LiveSignal, ...answers: LiveAnswer[]): Promise<LiveOutcome> {
  const before = b.signals.length;
  const outcome = send(signal);
  await expect.poll(() => b.signals.length, { interval: 1 }).toBe(before + 1);
  for (const one of answers) a.waiting.replies.answer(one);
  return outcome;
}

test("a live command is published by the owner, and answered at the member where it came in", async () => {
  const id = await thing();

  const outcome = await answered(
    command("retrieve", "/attributes/a", undefined, { id }),
    answer("retrieve", "/attributes/a", { id, value: 7 }),
  );

  expect(outcome).toMatchObject({ is: "answer", answer: { value: 7, headers: { "correlation-id": "c" } } });
  expect(a.signals).toEqual([]);
});

test("an answer comes without what its asker may not read by the policy of the owner", async () => {
  const id = await thing({ "thing:/attributes/a": grant("READ") });

  const outcome = await answered(
    command("retrieve", "/attributes", undefined, { id, auth: user }),
    answer("retrieve", "/attributes", { id, value: { a: 2, secret: "t" } }),
  );

  expect(outcome).toMatchObject({ answer: { value: { a: 2 } } });
  expect(JSON.stringify(outcome)).not.toContain("secret");
});

test("who may not answer is not heard, also where he is the first", async () => {
  const id = await thing();
  const stranger = { subjects: ["nginx:stranger"] };

  const outcome = await answered(
    command("retrieve", "/attributes/a", undefined, { id }),
    answer("retrieve", "/attributes/a", { id, auth: stranger, value: "wrong" }),
    answer("retrieve", "/attributes/a", { id, auth: device, value: "right" }),
  );

  expect(outcome).toMatchObject({ answer: { value: "right" } });
});

test("the owner refuses who may not send, and then nothing is published or waited for", async () => {
  const id = await thing();
  const before = b.signals.length;

  await expect(send(message({ id, auth: user }))).rejects.toMatchObject({
    status: 403,
    code: "messages:send.notallowed",
  });
  await expect(send(message({ id: all.cluster.idOf(b.cluster, "org.acme:none") }))).rejects.toMatchObject({
    status: 404,
  });

  expect(b.signals.length).toBe(before);
  expect(a.waiting.room.size).toBe(0);
});

test("the bytes of a message arrive, and its publisher knows where it came in", async () => {
  const id = await thing();
  const bytes = Uint8Array.from([0, 255, 10, 13]);

  const outcome = await send(
    message({ id, payload: { is: "bytes", bytes } }),
    { labels: [], responseRequired: false },
    {},
  );

  const published = b.signals.at(-1);
  const payload = published?.signal.says === "message" ? published.signal.payload : undefined;
  expect(outcome).toEqual({ is: "accepted" });
  expect(payload?.is === "bytes" && [...payload.bytes]).toEqual([...bytes]);
  expect(published?.origin instanceof RemoteOrigin && published.origin.member).toBe(a.id);
});

test("commands and live signals of one sender keep their order", async () => {
  const id = await thing();
  const order: string[] = [];
  const publish = b.parts.publish;
  Object.assign(b.parts, {
    publish: (...told: Parameters<typeof publish>) => {
      order.push(`twin ${told[0].revision}`);
      publish(...told);
    },
  });
  const before = b.signals.length;
  const nothing = { labels: [], responseRequired: false };

  await Promise.all([
    a.put(id, "/attributes/a", 1),
    send(event("/attributes/a", { id, value: 1 }), nothing),
    a.put(id, "/attributes/a", 2),
    send(event("/attributes/a", { id, value: 2 }), nothing),
  ]);

  expect(order).toEqual(["twin 2", "twin 3"]);
  const values = b.signals.slice(before).map(({ signal }) => signal.says === "live-event" && signal.value);
  expect(values).toEqual([1, 2]);
});
