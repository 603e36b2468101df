import { expect, test } from "vitest";
import { Backlog } from "../../../src/search/indexer/backlog.ts";
import { soFar } from "../../support/dispatch.ts";

test("changes of one id are one until it is taken, in the order in which they were first told", () => {
  const backlog = new Backlog(10);
  backlog.tell("a", 1);
  backlog.tell("b", 1);
  backlog.tell("a", 3);
  backlog.tell("a", 2);

  expect([...backlog.take(1)].map(([id, { revision }]) => [id, revision])).toEqual([["a", 3]]);
  backlog.tell("a", 4);
  backlog.done();

  expect([...backlog.take(10).keys()]).toEqual(["b", "a"]);
});

test("what is beyond its bound is refused, but not what waits already", () => {
  const backlog = new Backlog(2);
  backlog.tell("a", 1);
  backlog.tell("b", 1);

  expect(backlog.tell("c", 1)).toBeUndefined();
  expect(backlog.tell("b", 2)).toMatchObject({ revision: 2 });
});

test("it is settled when what was told before is done, whatever came after", async () => {
  const backlog = new Backlog(10);
  backlog.tell("a", 1);
  const settled = backlog.settled().then(() => "settled");
  backlog.take(1);
  backlog.tell("a", 2);
  expect(await soFar(settled)).toBe("pending");

  backlog.done();

  expect(await soFar(settled)).toBe("settled");
  expect(await soFar(backlog.settled().then(() => "settled"))).toBe("pending");
});
