import { expect, test } from "vitest";
import type { JsonObject } from "../../src/base/json/json.ts";
import type { Held } from "../../src/dispatch/entities.ts";
import { decided } from "../../src/dispatch/record.ts";
import { thingId, worldOn } from "../support/dispatch.ts";
import { HeldJournal } from "../support/journal.ts";

test("what makes an entity smaller is not refused for its size, where the limit was lowered since", async () => {
  const journal = new HeldJournal({ flowing: true });
  const long = "x".repeat(3_000);
  await worldOn(journal).ask("create", "/", { attributes: { long, other: long } });
  const lowered = worldOn(journal, { maxSize: 2_500 });
  const held = (await lowered.things.load(thingId)) as Held;
  const put = (attributes: JsonObject) =>
    decided(lowered.things, held, { action: "modified", path: ["attributes"], value: attributes }).next.value;

  expect(put({ long })).toMatchObject({ attributes: { long } });
  expect(() => put({ long, other: long, more: 1 })).toThrow("characters long");
  expect(() => put({ long: `${long}${long}${long}` })).toThrow("characters long");
});
