// Conditional requests: entity tags, if-equal, RQL conditions of a command and of the paths of a merge.

import { as, command, del, event, get, patch, put, type Row, row } from "../row.ts";

const colour = "{thing}/attributes/colour";
const failed = "things:precondition.failed";
const on = "{thing}/features/light/properties/on";

const tags: readonly Row[] = [
  row(
    "if-match",
    "a write happens only to what has one of these tags; the refusal tells the right one",
    put(colour, "blue", { "if-match": '"hash:other"' }).fails(412, failed, { headers: { etag: /^"hash:/ } }),
    put(colour, "blue", { "if-match": "{etag}" }).gives(204),
    put(colour, "green", { "if-match": '"hash:other", {etag}' }).gives(204),
    get("{thing}").gives(200),
    patch("{thing}", { attributes: { a: 1 } }, { "if-match": "{etag}" }).gives(204),
    del("{thing}", { "if-match": '"rev:1"' }).fails(412, failed, { headers: { etag: '"rev:4"' } }),
    del("{thing}", { "if-match": "{etag}" }).gives(204),
  ),
  row(
    "if-match",
    "`*` stands for anything that is there",
    put(colour, "blue", { "if-match": "*" }).gives(204),
    put("{thing}/attributes/none", 1, { "if-match": "*" }).fails(412, failed),
    put("{thing}-none", {}, { "if-match": "*" }).fails(412, failed),
  ),
  row(
    "if-none-match",
    "a write happens only to what has none of these tags; `*` where there is nothing",
    get(colour).gives(200),
    put(colour, "blue", { "if-none-match": "{etag}" }).fails(412, failed),
    put(colour, "blue", { "if-none-match": "*" }).fails(412, failed),
    put(colour, "blue", { "if-none-match": '"hash:other"' }).gives(204),
    put("{thing}", {}, { "if-none-match": "*" }).fails(412, failed),
    put("{thing}-new", {}, { "if-none-match": "*" }).gives(201),
  ),
  row(
    "if-none-match",
    "does not apply to a read that selects `_policy`, which changes without the thing",
    get("{thing}?fields=thingId,_policy", { "if-none-match": '"rev:1"' }).gives(200),
    get("{thing}?fields=thingId", { "if-none-match": '"rev:1"' }).gives(304),
  ),
  row(
    "if-match, if-none-match",
    "what is no entity tag is refused",
    get(colour, { "if-match": "nonsense" }).fails(400, "header.invalid", {
      has: { invalidHeaderKey: "if-match" },
    }),
    get(colour, { "if-none-match": "nonsense" }).fails(400, "header.invalid", {
      has: { invalidHeaderKey: "if-none-match" },
    }),
  ),
  row(
    "if-match, if-none-match",
    "over WebSocket as over HTTP",
    command("modify", "/attributes/colour", { value: "blue", headers: { "if-match": '"rev:9"' } }).fails(
      412,
      failed,
    ),
    command("create", "/", { value: {}, headers: { "if-none-match": "*" } }).fails(412, failed),
    command("retrieve", "/", { headers: { "if-none-match": '"rev:1"' } }).answers({
      status: 304,
      headers: { etag: '"rev:1"' },
    }),
  ),
];

const equal: readonly Row[] = [
  row(
    "if-equal",
    "`update`, like none and an unknown one, writes the same value again",
    put(colour, "red", { "if-equal": "update" }).gives(204),
    put(colour, "red", { "if-equal": "never" }).gives(204),
    put(colour, "red").gives(204, { headers: { "entity-revision": "4" } }),
  ),
  row(
    "if-equal",
    "`skip` refuses to write the same value again, without an entity tag",
    put(colour, "red", { "if-equal": "skip" }).fails(412, failed, { headers: { etag: null } }),
    put(colour, "blue", { "if-equal": "skip" }).gives(204, { headers: { "entity-revision": "2" } }),
    event("modified", "/attributes/colour", { value: "blue", revision: 2 }),
    patch("{thing}/attributes", { colour: "blue" }, { "if-equal": "skip" }).fails(412, failed),
    patch("{thing}/attributes", { colour: "blue", a: 1 }, { "if-equal": "skip" }).gives(204),
    event("merged", "/attributes", { value: { colour: "blue", a: 1 }, revision: 3 }),
  ),
  row(
    "if-equal",
    "`skip-minimizing-merge` merges only what differs; it does not concern a PUT",
    patch("{thing}", { attributes: { colour: "red", a: 1 } }, { "if-equal": "skip-minimizing-merge" }).gives(
      204,
    ),
    event("merged", "/", { value: { attributes: { a: 1 } } }),
    patch("{thing}", { attributes: { colour: "red", a: 1 } }, { "if-equal": "skip-minimizing-merge" }).fails(
      412,
      failed,
    ),
    put(colour, "red", { "if-equal": "skip-minimizing-merge" }).gives(204),
  ),
  row(
    "if-equal",
    "over WebSocket as over HTTP",
    command("modify", "/attributes/colour", { value: "red", headers: { "if-equal": "skip" } }).fails(
      412,
      failed,
    ),
    command("modify", "/attributes/colour", { value: "blue", headers: { "if-equal": "skip" } }).answers({
      status: 204,
    }),
  ),
];

const conditions: readonly Row[] = [
  row(
    "condition",
    "a command happens only while the RQL expression holds",
    put(colour, "blue", { condition: 'eq(attributes/colour,"red")' }).gives(204),
    put(colour, "green", { condition: 'eq(attributes/colour,"red")' }).fails(412, "things:condition.failed"),
    get("{thing}", { condition: "gt(_revision,100)" }).fails(412, "things:condition.failed"),
    get(colour, { condition: "lt(_created,time:now)" }).gives(200, { body: "blue" }),
    patch("{thing}", { attributes: { a: 1 } }, { condition: "exists(attributes/none)" }).fails(
      412,
      "things:condition.failed",
    ),
    del(colour, { condition: 'like(attributes/colour,"b*")' }).gives(204),
  ),
  row(
    "condition",
    "what the sender may not read does not hold",
    put(on, true, { condition: 'eq(attributes/colour,"red")', ...as("nginx:operator") }).fails(
      412,
      "things:condition.failed",
    ),
    put(on, true, { condition: "eq(features/light/properties/on,false)", ...as("nginx:operator") }).gives(
      204,
    ),
  ),
  row(
    "condition",
    "an invalid expression is refused",
    put(colour, "blue", { condition: "bogus(a,1)" }).fails(400, "things:condition.invalid"),
    get(colour, { condition: "eq(attributes/colour" }).fails(400, "things:condition.invalid"),
  ),
  row(
    "condition",
    "does not keep a thing from being created",
    put("{thing}-new", {}, { condition: "exists(thingId)" }).gives(201),
  ),
  row(
    "condition",
    "is judged before the entity tag, whatever Ditto's documentation says",
    put(colour, "blue", { condition: "exists(attributes/none)", "if-match": '"hash:other"' }).fails(
      412,
      "things:condition.failed",
    ),
  ),
  row(
    "condition",
    "over WebSocket as over HTTP",
    command("modify", "/attributes/colour", {
      value: "blue",
      headers: { condition: 'eq(attributes/colour,"blue")' },
    }).fails(412, "things:condition.failed"),
    command("modify", "/attributes/colour", {
      value: "blue",
      headers: { condition: 'eq(attributes/colour,"red")' },
    }).answers({ status: 204 }),
  ),
];

const conditionOn = (path: string, condition: string) => ({
  "merge-thing-patch-conditions": JSON.stringify({ [path]: condition }),
});

const patchConditions: readonly Row[] = [
  row(
    "merge-thing-patch-conditions",
    "a part of a patch whose condition fails is left out, and stays behind as an empty object",
    patch(
      "{thing}",
      { attributes: { a: 1 }, features: { light: { properties: { on: true } } } },
      conditionOn("features/light/properties/on", "eq(features/light/properties/on,true)"),
    ).gives(204),
    event("merged", "/", { value: { attributes: { a: 1 }, features: { light: { properties: {} } } } }),
    get(on).gives(200, { body: false }),
    get("{thing}/attributes/a").gives(200, { body: 1 }),
  ),
  row(
    "merge-thing-patch-conditions",
    "paths are relative to that of the command, conditions to the thing",
    patch(
      "{thing}/features",
      { light: { properties: { on: true } } },
      conditionOn("light/properties/on", "eq(features/light/properties/on,false)"),
    ).gives(204),
    get(on).gives(200, { body: true }),
  ),
  row(
    "merge-thing-patch-conditions",
    "an invalid condition is refused",
    patch("{thing}", { attributes: { a: 1 } }, conditionOn("attributes/a", "bogus(1)")).fails(
      400,
      "things:condition.invalid",
    ),
  ),
  row(
    "merge-thing-patch-conditions",
    "over WebSocket as over HTTP",
    command("merge", "/attributes", {
      value: { a: 1, b: 2 },
      headers: { "merge-thing-patch-conditions": { a: "exists(attributes/none)" } },
    }).answers({ status: 204 }),
    get("{thing}/attributes?fields=a,b").gives(200, { body: { b: 2 } }),
  ),
];

export const conditionRows: readonly Row[] = [...tags, ...equal, ...conditions, ...patchConditions];
