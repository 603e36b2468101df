import { expect, test } from "vitest";
import { parseFields } from "../../src/base/json/fields.ts";
import { ditto, thingId, worldOn } from "../support/dispatch.ts";
import { HeldJournal } from "../support/journal.ts";

test.each([
  ["_revision,attributes", { _revision: 1, attributes: { n: 0 } }],
  ["_namespace", { _namespace: "org.acme" }],
  ["*", { thingId, policyId: thingId, attributes: { n: 0 } }],
  ["_metadata,_context", {}],
])("of the special fields a read with fields=%s tells those that it names", async (fields, told) => {
  const { ask, dispatch } = worldOn(new HeldJournal({ flowing: true }));
  await ask("create", "/", { attributes: { n: 0 } });

  const read = {
    kind: "thing",
    id: thingId,
    action: "retrieve",
    path: [],
    headers: {},
    auth: ditto,
  } as const;
  const { value } = await dispatch({ ...read, fields: parseFields(fields) });

  expect(value).toEqual(told);
});
