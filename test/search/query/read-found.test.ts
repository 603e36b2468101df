import { describe, expect, test } from "vitest";
import { parseFields } from "../../../src/base/json/fields.ts";
import { readFound } from "../../../src/search/query/read-found.ts";
import type { ReadThings } from "../../../src/search/search.ts";
import { owner } from "./world.ts";

const read: ReadThings = async (ids) => ids.slice(1).map((id) => ({ id, text: '{"read":true}' }));
const ids = ["org.test:a", 'org.test:"b"'];
const find = (fields: string | undefined) =>
  readFound(read)(ids, { auth: owner, headers: {}, fields: fields && parseFields(fields) } as never);

describe("found things of which", () => {
  test.each(["thingId", "/thingId", "thingId,thingId"])(
    "nothing but '%s' is wanted are told as they were found, without being read",
    async (fields) => {
      const found = await find(fields);
      expect(found.map(({ id }) => id)).toEqual(ids);
      expect(found.map(({ text }) => JSON.parse(text))).toEqual(ids.map((thingId) => ({ thingId })));
    },
  );

  test.each([undefined, "thingId,policyId", "policyId", "thingId/x"])(
    "'%s' is wanted are read",
    async (fields) => {
      expect(await find(fields)).toEqual([{ id: ids[1], text: '{"read":true}' }]);
    },
  );
});

test("no fields at all are nothing that the index could tell", async () => {
  const found = await readFound(read)(ids, { auth: owner, headers: {}, fields: [] });
  expect(found).toHaveLength(1);
});
