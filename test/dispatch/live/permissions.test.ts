// Who may say what on the live channel.

import { describe, expect, test } from "vitest";
import type { JsonObject } from "../../../src/base/json/json.ts";
import type { LiveSignal } from "../../../src/signals/live.ts";
import { command, event, grant, liveWorld, message, nothing, policyFor, revoke, user } from "./live-world.ts";

const sent = { is: "accepted" };
const told = async (resources: JsonObject, signal: LiveSignal) => {
  const world = await liveWorld({ resources });
  const outcome = await world.send({ ...signal, auth: user } as LiveSignal, nothing);
  expect(world.signals.length).toBe(typeof outcome === "string" ? 0 : 1);
  return outcome;
};

describe("a message needs WRITE on its path of message:/", () => {
  const onFeature = { featureId: "f", direction: "from", subject: "alarm" } as const;
  test.each<[string, JsonObject, LiveSignal, unknown]>([
    ["on all messages", { "message:/": grant("WRITE") }, message(), sent],
    ["on its subject", { "message:/inbox/messages/ask": grant("WRITE") }, message(), sent],
    [
      "on the outbox of a feature",
      { "message:/features/f/outbox": grant("WRITE") },
      message(onFeature),
      sent,
    ],
    ["on other boxes", { "message:/outbox": grant("WRITE") }, message(), "messages:send.notallowed"],
    [
      "on other subjects",
      { "message:/inbox/messages/tell": grant("WRITE") },
      message(),
      "messages:send.notallowed",
    ],
    ["on the thing", { "thing:/": grant("READ", "WRITE") }, message(), "messages:send.notallowed"],
    ["but no more than READ", { "message:/": grant("READ") }, message(), "messages:send.notallowed"],
    [
      "that is revoked below",
      { "message:/": grant("WRITE"), "message:/inbox/messages/ask": revoke("WRITE") },
      message(),
      "messages:send.notallowed",
    ],
    [
      "on a subject with a slash",
      { "message:/inbox/messages/a~1b": grant("WRITE") },
      message({ subject: "a/b" }),
      sent,
    ],
    [
      "on the first part of a subject with a slash",
      { "message:/inbox/messages/a": grant("WRITE") },
      message({ subject: "a/b" }),
      "messages:send.notallowed",
    ],
  ])("%s", async (_, resources, signal, outcome) => {
    expect(await told(resources, signal)).toEqual(outcome);
  });
});

test("a claim message needs no permission, but one of its name elsewhere does", async () => {
  const claim = message({ subject: "claim" });

  expect(await told({}, claim)).toEqual(sent);
  expect(await told({}, message({ subject: "claim", direction: "from" }))).toBe("messages:send.notallowed");
  expect(await told({}, message({ subject: "claim", featureId: "f" }))).toBe("messages:send.notallowed");
});

test("a live event needs WRITE on its path", async () => {
  expect(await told({ "thing:/attributes": grant("WRITE") }, event("/attributes/a"))).toEqual(sent);
  expect(await told({ "thing:/attributes": grant("READ") }, event("/attributes/a"))).toBe(
    "things:event.notallowed",
  );
});

describe("a live command is refused like the twin's", () => {
  const read = { "thing:/": grant("READ") };
  test.each<[LiveSignal, JsonObject, unknown]>([
    [command("modify", "/attributes/a", 2), { "thing:/attributes": grant("WRITE") }, sent],
    [command("modify", "/attributes/a", 2), read, "things:attribute.notmodifiable"],
    [command("modify", "/features/f", {}), read, "things:feature.notmodifiable"],
    [command("create", "/", {}), read, "things:thing.notmodifiable"],
    [command("create", "/", {}), { "thing:/": grant("WRITE") }, sent],
    [command("delete", "/"), read, "things:thing.notdeletable"],
    [command("merge", "/", { attributes: { a: 2 } }), { "thing:/attributes/a": grant("WRITE") }, sent],
    [
      command("merge", "/", { attributes: { a: 2, secret: 1 } }),
      { "thing:/attributes/a": grant("WRITE") },
      "things:thing.notmodifiable",
    ],
    [command("retrieve", "/"), { "thing:/attributes/a": grant("READ") }, sent],
    [command("retrieve", "/attributes/a"), {}, "things:attribute.notfound"],
    [command("retrieve", "/"), { "message:/": grant("READ", "WRITE") }, "things:thing.notfound"],
    [
      command("modify", "/definition", "none"),
      { "thing:/": grant("WRITE") },
      "things:definition.identifier.invalid",
    ],
  ])("%#", async (signal, resources, outcome) => {
    expect(await told(resources, signal)).toEqual(outcome);
  });
});

describe("what nothing exists of", () => {
  const signals: LiveSignal[] = [
    message(),
    message({ subject: "claim" }),
    event("/attributes/a"),
    command("create", "/", {}),
    command("retrieve", "/"),
  ];

  test.each(signals)("is not found by a $says", async (signal) => {
    const world = await liveWorld();

    expect(await world.send({ ...signal, id: "org.acme:none" } as LiveSignal)).toBe("things:thing.notfound");
  });

  test.each(signals)("is not found by a $says once it is deleted", async (signal) => {
    const world = await liveWorld();
    await world.ask("delete", "/");

    expect(await world.send(signal)).toBe("things:thing.notfound");
  });

  test("is a policy that is gone: what writes may not, the rest finds nothing", async () => {
    const world = await liveWorld();
    await world.ask("delete", "/", undefined, { kind: "policy" });

    expect(await world.send(command("modify", "/attributes/a", 1))).toBe("things:thing.notmodifiable");
    expect(await world.send(command("retrieve", "/"))).toBe("things:thing.notfound");
    expect(await world.send(message())).toBe("things:thing.notfound");
  });
});

describe("a condition", () => {
  const headers = (condition: string) => ({ "correlation-id": "c", condition });
  const holding = headers("eq(attributes/a,1)");
  const failing = headers("eq(attributes/a,2)");
  const signals = (how: { headers: LiveSignal["headers"] }): LiveSignal[] => [
    message(how),
    event("/attributes/a", how),
    command("modify", "/attributes/a", 1, how),
  ];

  test("of a message, event or writing command must hold", async () => {
    const world = await liveWorld();

    for (const signal of signals({ headers: holding }))
      expect(await world.send(signal, nothing)).toEqual(sent);
    for (const signal of signals({ headers: failing }))
      expect(await world.send(signal, nothing)).toBe("things:condition.failed");
  });

  test("must be about what its sender may read", async () => {
    const resources = {
      "message:/": grant("WRITE"),
      "thing:/": grant("WRITE", "READ"),
      "thing:/attributes/secret": revoke("READ"),
    };
    for (const secret of ["s", "other"]) {
      for (const signal of signals({ headers: headers(`eq(attributes/secret,"${secret}")`) }))
        expect(await told(resources, signal)).toBe("things:condition.failed");
    }
  });

  test("of a live read must be readable, but need not hold", async () => {
    const resources = { "thing:/": grant("READ"), "thing:/attributes/secret": revoke("READ") };
    const read = (condition: string) =>
      command("retrieve", "/attributes/a", undefined, { headers: headers(condition) });

    expect(await told(resources, read("eq(attributes/a,2)"))).toEqual(sent);
    expect(await told(resources, read('eq(attributes/secret,"s")'))).toBe("things:condition.failed");
  });

  test("that is no expression is refused", async () => {
    const world = await liveWorld();

    for (const signal of signals({ headers: headers("eq(") }))
      expect(await world.send(signal, nothing)).toBe("things:condition.invalid");
  });
});

test("the conditions on parts of a live merge must be readable", async () => {
  const resources = { "thing:/": grant("WRITE", "READ"), "thing:/attributes/secret": revoke("READ") };
  const merge = (about: string) =>
    command(
      "merge",
      "/",
      { attributes: { a: 2 } },
      {
        headers: { "correlation-id": "c", "merge-thing-patch-conditions": { "attributes/a": about } },
      },
    );

  expect(await told(resources, merge("eq(attributes/a,5)"))).toEqual(sent);
  expect(await told(resources, merge('eq(attributes/secret,"s")'))).toBe("things:condition.failed");
});

test("permissions are those of the policy as it is now", async () => {
  const world = await liveWorld();
  expect(await world.send(message({ auth: user }), nothing)).toBe("messages:send.notallowed");

  await world.ask("modify", "/", policyFor({ "message:/": grant("WRITE") }), { kind: "policy" });

  expect(await world.send(message({ auth: user }), nothing)).toEqual(sent);
});
