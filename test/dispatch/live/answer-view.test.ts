// What an asker is told of a device's answer.

import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { thingId } from "../../support/dispatch.ts";
import { answer, command, grant, liveWorld, policyFor, revoke, user } from "./live-world.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const elapse = (ms: number) => vi.advanceTimersByTimeAsync(ms);
const answered = (value: unknown) => ({ is: "answer", answer: expect.objectContaining({ value }) });

describe("the answer to a live read", () => {
  const resources = { "thing:/": grant("READ"), "thing:/attributes/secret": revoke("READ") };
  const whole = { thingId, attributes: { a: 1, secret: "new" }, features: {} };
  const readWhole = command("retrieve", "/", undefined, { auth: user });

  test("is cut to what its asker may read", async () => {
    const { send, live } = await liveWorld({ resources });
    const outcome = send(readWhole);

    live.answer(answer("retrieve", "/", { value: whole }));

    expect(await outcome).toEqual(answered({ thingId, attributes: { a: 1 }, features: {} }));
  });

  test("leaves out all that may not be read of an object", async () => {
    const { send, live } = await liveWorld({
      resources: { "thing:/attributes/x/y": grant("READ") },
    });
    const outcome = send(command("retrieve", "/attributes/x", undefined, { auth: user }));

    live.answer(answer("retrieve", "/attributes/x", { value: { z: 1 } }));

    expect(await outcome).toEqual(answered({}));
  });

  test("is as if nothing were there where a plain value may not be read", async () => {
    const { send, live } = await liveWorld({
      resources: { "thing:/attributes/x/y": grant("READ") },
    });
    const outcome = send(command("retrieve", "/attributes/x", undefined, { auth: user }));

    live.answer(answer("retrieve", "/attributes/x", { value: "secret" }));

    expect(await outcome).toBe("things:attribute.notfound");
  });

  test("is cut by the policy at the time when it comes", async () => {
    const { send, live, ask } = await liveWorld({ resources });
    const outcome = send(readWhole);
    const less = policyFor({ "thing:/attributes/secret": grant("READ") });
    await ask("modify", "/", less, { kind: "policy" });

    live.answer(answer("retrieve", "/", { value: whole }));

    expect(await outcome).toEqual(answered({ thingId, attributes: { secret: "new" } }));
  });

  test("is told nobody once the thing is gone", async () => {
    const { send, live, ask } = await liveWorld({ resources });
    const outcome = send(readWhole);
    await ask("delete", "/");

    live.answer(answer("retrieve", "/", { value: whole }));
    await elapse(1000);

    expect(await outcome).toBe("command.timeout");
  });

  test("is cut as well where the thing has left the memory meanwhile", async () => {
    const world = await liveWorld({ resources, capacity: 1_500 });
    const outcome = world.send(readWhole);
    await elapse(0);
    expect(world.signals).toHaveLength(1);
    for (const id of ["org.acme:b", "org.acme:c", "org.acme:d"]) await world.things.load(id);
    expect(world.things.peek(thingId)).toBeUndefined();

    world.live.answer(answer("retrieve", "/", { value: whole }));

    expect(await outcome).toEqual(answered({ thingId, attributes: { a: 1 }, features: {} }));
  });
});

test("what a device says of a write is told as it is", async () => {
  const { send, live } = await liveWorld({ resources: { "thing:/attributes": grant("WRITE") } });
  const outcome = send(command("modify", "/attributes/b", { x: 1 }, { auth: user }));
  const given = answer("modify", "/attributes/b", { status: 201, value: { x: 1 } });

  live.answer(given);

  expect(await outcome).toEqual({ is: "answer", answer: given });
});
