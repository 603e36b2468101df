// Signals of one thing are published in the order in which they were sent, whatever has to be loaded.

import { expect, test } from "vitest";
import { thingId } from "../../support/dispatch.ts";
import { type LiveWorld, liveWorld, message, nothing } from "./live-world.ts";

const subjects = ({ signals }: LiveWorld) =>
  signals.map(({ signal }) => (signal.says === "message" ? signal.subject : signal.says));

async function forget(world: LiveWorld): Promise<void> {
  for (const id of ["org.acme:b", "org.acme:c", "org.acme:d"]) await world.things.load(id);
  expect(world.things.peek(thingId)).toBeUndefined();
}

test("a signal of a thing in memory is published before the call returns", async () => {
  const world = await liveWorld();

  const sent = world.send(message(), nothing);

  expect(subjects(world)).toEqual(["ask"]);
  expect(await sent).toEqual({ is: "accepted" });
});

test("signals wait for one that has to be loaded first", async () => {
  const world = await liveWorld({ capacity: 1_500 });
  await forget(world);
  const { promise: gate, resolve: open } = Promise.withResolvers<void>();
  world.journal.gate = gate;

  const all = ["1", "2", "3"].map((subject) => world.send(message({ subject }), nothing));
  expect(subjects(world)).toEqual([]);
  open();
  await Promise.all(all);

  expect(subjects(world)).toEqual(["1", "2", "3"]);
});

test("a signal sees what was written before it, once that is committed", async () => {
  const world = await liveWorld();
  world.journal.flowing = false;
  const headers = { "correlation-id": "c", condition: "eq(attributes/a,5)" };
  const written = world.ask("modify", "/attributes/a", 5);
  const sent = world.send(message({ headers }), nothing);
  await Promise.resolve();
  expect(world.signals).toEqual([]);

  world.journal.commitAll();

  expect(await written).toMatchObject({ status: 204 });
  expect(await sent).toEqual({ is: "accepted" });
  expect(world.signals[0]?.state).toMatchObject({ revision: 2, value: { attributes: { a: 5 } } });
});

test("a signal finds the thing whose creation was sent before", async () => {
  const world = await liveWorld();
  const id = "org.acme:new";
  const created = world.ask("create", "/", {}, { id });

  const sent = world.send(message({ id }), nothing);

  expect(await created).toMatchObject({ status: 201 });
  expect(await sent).toEqual({ is: "accepted" });
});
