import { expect, test } from "vitest";
import { chosenOf, ownersOf, SLOTS, shareOf, slotOf } from "../../src/cluster/slots.ts";

const members = ["alpha", "beta", "gamma", "delta"];

test("IDs that are alike are spread over all slots", () => {
  const counts = new Array<number>(SLOTS).fill(0);
  for (let at = 0; at < 100_000; at++) counts[slotOf(`org.example:machine-${at}`)]!++;

  expect(Math.min(...counts)).toBeGreaterThan(50);
  expect(Math.max(...counts)).toBeLessThan(160);
});

test("each member owns about as much as the others", () => {
  const owners = ownersOf(members);

  for (const member of members) {
    const owned = owners.filter((owner) => owner === member).length;
    expect(owned).toBeGreaterThan(SLOTS / 4 - 60);
    expect(owned).toBeLessThan(SLOTS / 4 + 60);
  }
});

test("a member that goes moves only what it owned, in whatever order the members are", () => {
  const before = ownersOf(members);
  const after = ownersOf(["delta", "alpha", "beta"]);

  expect(before.filter((owner, slot) => owner !== "gamma" && owner !== after[slot])).toEqual([]);
  expect(ownersOf(members.toReversed())).toEqual(before);
});

test("keys are given to members alike, and nobody owns anything where nobody is", () => {
  const counts = new Map<string, number>();
  for (let at = 0; at < 4_000; at++) {
    const chosen = chosenOf(`connection/${at}`, members);
    counts.set(chosen, (counts.get(chosen) ?? 0) + 1);
  }

  expect([...counts.keys()].sort()).toEqual([...members].sort());
  expect(Math.min(...counts.values())).toBeGreaterThan(850);
  expect(chosenOf("connection/1", [])).toBe("");
  expect(new Set(ownersOf([]))).toEqual(new Set([""]));
});

test("a share has the IDs of its slots", () => {
  const slots = new Uint8Array(SLOTS);
  slots[slotOf("org.example:one")] = 1;

  expect(shareOf(slots).has("org.example:one")).toBe(true);
  expect(shareOf(slots).has("org.example:two")).toBe(false);
  expect(shareOf(slots).isEmpty).toBe(false);
  expect(shareOf(new Uint8Array(SLOTS)).isEmpty).toBe(true);
});
