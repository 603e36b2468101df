import { setImmediate } from "node:timers/promises";
import { expect, test } from "vitest";
import { presenceOf } from "../../../src/connectivity/lifecycle/presence.ts";

/** A presence of which others are asked, who answer when the test has them do so. */
function asked() {
  const told: string[] = [];
  const { promise, resolve, reject } = Promise.withResolvers<() => void>();
  const presence = presenceOf(["bridge:mine"], { declare: () => promise }, () => {
    told.push("subscribed");
    return () => told.push("unsubscribed");
  });
  return { presence, told, reject, answer: () => resolve(() => told.push("undeclared")) };
}

test("clients that enter while others are asked enter together", async () => {
  const { presence, told, answer } = asked();
  const entering = [presence.enter(), presence.enter()];
  answer();
  await Promise.all(entering);
  expect(told).toEqual(["subscribed"]);
  presence.leave();
  expect(told).toEqual(["subscribed"]);
  presence.leave();
  expect(told).toEqual(["subscribed", "unsubscribed", "undeclared"]);
});

test("a connection that ends while others are asked leaves nothing behind", async () => {
  const { presence, told, answer } = asked();
  const entering = presence.enter();
  presence.end();
  answer();
  await entering;
  expect(told).toEqual(["undeclared"]);
});

test("a client does not enter where a label is another's, and the next one asks again", async () => {
  const { presence, reject } = asked();
  const entering = presence.enter();
  reject(new Error("another's"));
  await expect(entering).rejects.toThrow("another's");
  await setImmediate();
  await expect(presence.enter()).rejects.toThrow("another's");
});
