import { expect, test } from "vitest";
import { type AnnouncementBus, localAnnouncements } from "../../src/pubsub/announcements.ts";

const announcement = (...subjects: string[]) => ({
  policyId: "org.acme:lamp",
  name: "subjectDeletion" as const,
  value: { deleteAt: "2026-11-21T10:20:03.773Z", subjectIds: subjects },
  subjects,
  headers: { "correlation-id": "c" },
});

/** Subscribes somebody who writes down what arrives. */
function listen(bus: AnnouncementBus, ...subjects: string[]) {
  const told: (readonly string[])[] = [];
  const texts: string[] = [];
  const end = bus.subscribe(subjects, (text, { subjects: concerned }) => {
    texts.push(text);
    told.push(concerned);
  });
  return { told, texts, end };
}

test("an announcement reaches those whom it concerns, once, in the order of the calls", () => {
  const bus = localAnnouncements();
  const [ann, both, bob] = [listen(bus, "ann"), listen(bus, "bob", "ann"), listen(bus, "bob")];

  bus.publish(announcement("ann"));
  bus.publish(announcement("ann", "bob"));

  expect(ann.told).toEqual([["ann"], ["ann", "bob"]]);
  expect(both.told).toEqual([["ann"], ["ann", "bob"]]);
  expect(bob.told).toEqual([["ann", "bob"]]);
});

test("all are given the same text", () => {
  const bus = localAnnouncements();
  const listeners = [listen(bus, "ann"), listen(bus, "ann")];

  bus.publish(announcement("ann"));

  const [first, second] = listeners.map(({ texts }) => texts[0]);
  expect(first).toBe(second);
  expect(JSON.parse(first as string)).toMatchObject({
    topic: "org.acme/lamp/policies/announcements/subjectDeletion",
    path: "/",
    value: { subjectIds: ["ann"] },
  });
});

test("who has left is told nothing, and nobody else leaves with them", () => {
  const bus = localAnnouncements();
  const [ann, twin] = [listen(bus, "ann"), listen(bus, "ann")];

  ann.end();
  ann.end();
  bus.publish(announcement("ann"));
  twin.end();
  bus.publish(announcement("ann"));

  expect(ann.told).toEqual([]);
  expect(twin.told).toHaveLength(1);
});

test("who subscribes with the same function twice ends one subscription at a time", () => {
  const bus = localAnnouncements();
  const texts: string[] = [];
  const take = (text: string) => texts.push(text);
  const end = bus.subscribe(["ann"], take);
  bus.subscribe(["ann"], take);

  end();
  bus.publish(announcement("ann"));

  expect(texts).toHaveLength(1);
});
