// Reads that the twin or its device answers, as a condition on the twin says.

import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { isSmart } from "../../../src/dispatch/live/smart.ts";
import { thingId } from "../../support/dispatch.ts";
import { answer, grant, liveWorld, revoke, user } from "./live-world.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const elapse = (ms: number) => vi.advanceTimersByTimeAsync(ms);
const CONDITION = "live-channel-condition";
const holding = { [CONDITION]: "eq(attributes/a,1)" };
const failing = { [CONDITION]: "eq(attributes/a,2)" };
const useTwin = { "live-channel-timeout-strategy": "use-twin" };
const twin = (isMatched: boolean) => ({
  is: "twin",
  reply: expect.objectContaining({
    status: 200,
    value: 1,
    headers: { channel: "twin", "live-channel-condition-matched": isMatched },
  }),
});

test("the twin answers where the condition does not hold", async () => {
  const { smart, signals } = await liveWorld();

  expect(await smart(failing)).toEqual(twin(false));
  expect(signals).toEqual([]);
});

test("the device answers where it holds, and is not told of it", async () => {
  const { smart, live, signals } = await liveWorld();
  const outcome = smart(holding);
  await elapse(0);
  expect(signals.map(({ signal }) => signal)).toEqual([
    expect.objectContaining({
      says: "live-command",
      action: "retrieve",
      headers: { "correlation-id": "c", channel: "live" },
    }),
  ]);

  live.answer(answer("retrieve", "/attributes/a", { value: "live" }));

  expect(await outcome).toMatchObject({
    is: "answer",
    answer: { value: "live", headers: { "live-channel-condition-matched": true } },
  });
});

describe("when the device does not answer in time", () => {
  test.each([holding, { ...holding, "live-channel-timeout-strategy": "fail" }])(
    "the read fails with %j",
    async (headers) => {
      const { smart } = await liveWorld();
      const outcome = smart(headers);

      await elapse(1000);

      expect(await outcome).toBe("command.timeout");
    },
  );

  test.each([
    { ...holding, ...useTwin },
    { channel: "live", ...useTwin },
  ])("the twin answers with %j", async (headers) => {
    const { smart } = await liveWorld();
    const outcome = smart(headers);

    await elapse(1000);

    expect(await outcome).toEqual(twin(true));
  });

  test("the twin answers where the device said something else", async () => {
    const { smart, live } = await liveWorld();
    const outcome = smart({ ...holding, ...useTwin });
    await elapse(0);
    live.answer(answer("retrieve", "/attributes/b"));

    await elapse(1000);

    expect(await outcome).toEqual(twin(true));
  });
});

test("a refusal by the device is told, also to who would take the twin", async () => {
  const { smart, live } = await liveWorld();
  const outcome = smart({ ...holding, ...useTwin });
  await elapse(0);

  live.answer({
    says: "live-error",
    id: thingId,
    status: 409,
    error: { status: 409, error: "device:busy" },
    headers: { "correlation-id": "c" },
    auth: { subjects: ["nginx:device"] },
  });

  expect(await outcome).toMatchObject({ is: "answer", answer: { says: "live-error", status: 409 } });
});

describe("nobody is asked", () => {
  test("on a condition about what may not be read", async () => {
    const resources = { "thing:/": grant("READ"), "thing:/attributes/secret": revoke("READ") };
    const { smart, signals } = await liveWorld({ resources });

    for (const value of ["s", "t"]) {
      const headers = { [CONDITION]: `eq(attributes/secret,"${value}")` };
      expect(await smart(headers, {}, { auth: user })).toBe("things:condition.failed");
    }
    expect(signals).toEqual([]);
  });

  test.each([
    [{ [CONDITION]: "eq(" }, {}, "things:condition.invalid"],
    [holding, { id: "org.acme:none" }, "things:thing.notfound"],
    [holding, { auth: user }, "things:condition.failed"],
    [holding, { path: ["attributes", "none"] }, "things:attribute.notfound"],
    [{ ...holding, condition: "eq(attributes/a,2)" }, {}, "things:condition.failed"],
    [{ channel: "live", ...useTwin }, { auth: user }, "things:attribute.notfound"],
  ])("with %j and %j: %s", async (headers, how, code) => {
    const { smart, signals } = await liveWorld();

    expect(await smart(headers, {}, how)).toBe(code);
    expect(signals).toEqual([]);
  });

  test("for nobody", async () => {
    const { smart, signals } = await liveWorld();

    expect(await smart(holding, { labels: [], responseRequired: false })).toEqual({ is: "accepted" });
    expect(signals).toEqual([]);
  });
});

test("reads alone go this way", () => {
  const kind = "thing";

  expect(isSmart({ kind, action: "retrieve", headers: holding })).toBe(true);
  expect(isSmart({ kind, action: "retrieve", headers: { channel: "live", ...useTwin } })).toBe(true);
  expect(isSmart({ kind, action: "retrieve", headers: { channel: "live", ...holding } })).toBe(false);
  expect(isSmart({ kind, action: "retrieve", headers: useTwin })).toBe(false);
  expect(isSmart({ kind, action: "modify", headers: holding })).toBe(false);
  expect(isSmart({ kind: "policy", action: "retrieve", headers: holding })).toBe(false);
});

describe("a live channel condition is refused, after permissions,", () => {
  test.each(["modify", "merge", "delete"] as const)("when a command is to %s the twin", async (action) => {
    const { ask } = await liveWorld();

    expect(await ask(action, "/attributes/a", 5, { headers: holding })).toBe(
      "things:live.channelcondition.notallowed",
    );
    expect(await ask(action, "/attributes/a", 5, { headers: holding, auth: user })).toMatch(/notmodifiable$/);
    expect(await ask("retrieve", "/attributes/a")).toMatchObject({ value: 1 });
  });

  test("when it is to create one", async () => {
    const { ask } = await liveWorld();
    const id = "org.acme:new";

    expect(await ask("create", "/", {}, { id, headers: holding })).toBe(
      "things:live.channelcondition.notallowed",
    );
    expect(await ask("retrieve", "/", undefined, { id })).toBe("things:thing.notfound");
    expect(await ask("retrieve", "/", undefined, { id, kind: "policy" })).toBe("policies:policy.notfound");
  });
});
