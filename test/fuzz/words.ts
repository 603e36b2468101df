// The words that requests and messages are made of: right ones often, odd ones often enough.

import fc from "fast-check";

/** A few things and policies, so that requests meet what others did. */
export const ids = fc.oneof(
  { weight: 30, arbitrary: fc.constantFrom("org.fuzz:a", "org.fuzz:b", "org.fuzz:c", "org.fuzz:d") },
  { weight: 5, arbitrary: fc.nat(50).map((n) => `org.fuzz:${n}`) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      "org.fuzz:",
      ":a",
      "a",
      "org.fuzz:a/b",
      "1x:a",
      "org.fuzz:€",
      "org.fuzz:ü",
      "_:_",
    ),
  },
  { weight: 1, arbitrary: fc.string({ unit: "binary", maxLength: 12 }).map((text) => `org.fuzz:${text}`) },
);

export const keys = fc.oneof(
  { weight: 60, arbitrary: fc.constantFrom("a", "b", "c", "d") },
  {
    weight: 2,
    arbitrary: fc.constantFrom(
      "__proto__",
      "constructor",
      "toString",
      "",
      "~",
      "~1",
      "*",
      "€",
      "ü",
      "{{ ~a.*~ }}",
      "{{ /a/ }}",
      "{{ ~(~ }}",
      "{{ ~(a+)+$~ }}",
      "_metadata",
      "\u0000",
      "\ud800",
    ),
  },
  { weight: 1, arbitrary: fc.string({ unit: "binary", maxLength: 8 }) },
);

const scalars = fc.oneof(
  {
    weight: 40,
    arbitrary: fc.constantFrom("null", "true", "false", '""', '"text"', '"org.fuzz:a"', '"\\ud83d\\ude00"'),
  },
  {
    weight: 40,
    arbitrary: fc.constantFrom("0", "-1", "1", "0.1", "9007199254740993", "-9223372036854775808", "1e3"),
  },
  { weight: 1, arbitrary: fc.constantFrom("1e400", "9223372036854775808", '"\\ud800"', "-0.0") },
);

/** A JSON text, with the members that things and policies have. */
const { json } = fc.letrec<{ json: string; object: string }>((tie) => ({
  object: fc
    .array(fc.tuple(keys, tie("json")), { maxLength: 4 })
    .map((members) => `{${members.map(([key, value]) => `${JSON.stringify(key)}:${value}`).join(",")}}`),
  json: fc.oneof(
    { maxDepth: 4 },
    scalars,
    fc.array(tie("json"), { maxLength: 3 }).map((items) => `[${items.join(",")}]`),
    tie("object"),
  ),
}));

const members = (shape: Readonly<Record<string, fc.Arbitrary<string>>>) =>
  fc.record(shape, { requiredKeys: [] }).map(
    (record) =>
      `{${Object.entries(record)
        .map(([key, value]) => `"${key}":${value}`)
        .join(",")}}`,
  );

const either = (right: fc.Arbitrary<string>) =>
  fc.oneof({ weight: 40, arbitrary: right }, { weight: 1, arbitrary: json });
const objectOf = (key: fc.Arbitrary<string>, value: fc.Arbitrary<string>) =>
  fc
    .array(fc.tuple(key, value), { maxLength: 3 })
    .map((list) => `{${list.map(([name, item]) => `${JSON.stringify(name)}:${item}`).join(",")}}`);

const definition = fc.constantFrom(
  ...['"org.fuzz:m:1.0.0"', '"org.fuzz:m:2.0.0"', '"https://example.org/m"', "null"],
  '"bad"',
);
const featureDefinition = fc.constantFrom(
  '["org.fuzz:f:1.0.0"]',
  '["org.fuzz:f:2.0.0","org.fuzz:g:1"]',
  "null",
  "[]",
);
const policyId = fc.oneof(
  { weight: 60, arbitrary: fc.constant('"org.fuzz:policy"') },
  { weight: 1, arbitrary: fc.constantFrom('"org.fuzz:a"', '"org.fuzz:none"', '"x"', "null") },
);
const properties = either(objectOf(keys, json));
const feature = members({ definition: either(featureDefinition), properties, desiredProperties: properties });
const features = either(objectOf(keys, feature));
const policy = fc.constantFrom(
  '{"entries":{"o":{"subjects":{"nginx:ditto":{"type":"t"}},"resources":{"thing:/":{"grant":["READ","WRITE"],"revoke":[]},"policy:/":{"grant":["READ","WRITE"],"revoke":[]}}}}}',
  '{"entries":{}}',
  '{"entries":{"o":{"subjects":{},"resources":{}}},"imports":{"org.fuzz:a":{}}}',
  "{}",
);
const parts = {
  definition: either(definition),
  attributes: either(objectOf(keys, json)),
  features,
};
const thing = fc.oneof(
  { weight: 8, arbitrary: members({ policyId, ...parts }) },
  {
    weight: 1,
    arbitrary: members({
      thingId: fc.constantFrom('"org.fuzz:a"', '"org.fuzz:b"'),
      policyId,
      _policy: either(policy),
      _copyPolicyFrom: fc.constantFrom(
        '"org.fuzz:policy"',
        '"{{ ref:things/org.fuzz:a/policyId }}"',
        '"{{ x }}"',
      ),
      _metadata: json,
      ...parts,
    }),
  },
);

const labels = fc.constantFrom("o", "r", "x", "imported", "a/b", "€");
const subject = fc.constantFrom(
  '{"type":"t"}',
  '{"type":"t","expiry":"2099-01-01T00:00:00Z","announcement":{"beforeExpiry":"1h","whenDeleted":true}}',
  '{"type":"t","expiry":"2000-01-01T00:00:00Z"}',
  '{"type":"t","announcement":{"whenDeleted":true,"requestedAcks":{"labels":["a:b"],"timeout":"1s"}}}',
  '{"type":1}',
);
const subjects = objectOf(fc.constantFrom("nginx:ditto", "nginx:a", "x", "{{ request:subjectId }}"), subject);
const resources = objectOf(
  fc.constantFrom("thing:/", "policy:/", "thing:/attributes/a", "message:/", "x", "thing:/a//b"),
  fc.constantFrom('{"grant":["READ"],"revoke":[]}', '{"grant":[],"revoke":["WRITE"]}', '{"grant":["x"]}'),
);
const references = fc.constantFrom(
  '[{"entry":"o"}]',
  '[{"entry":"r"},{"entry":"o"}]',
  '[{"import":"org.fuzz:policy","entry":"o"}]',
  "[{}]",
  "[]",
);
const entry = members({
  subjects,
  resources,
  references,
  importable: fc.constantFrom('"implicit"', '"explicit"', '"never"', '"x"'),
  namespaces: fc.constantFrom('["org.fuzz"]', '["org.*"]', "[]", '["*"]'),
  allowedAdditions: fc.constantFrom('["subjects"]', '["resources","namespaces"]', '["x"]'),
});
const entries = objectOf(labels, entry);
const imports = objectOf(
  fc.constantFrom("org.fuzz:policy", "org.fuzz:a", "org.fuzz:none", "x"),
  fc.constantFrom("{}", '{"entries":["o"]}', '{"entries":[],"transitiveImports":["org.fuzz:b"]}', "1"),
);
/** Parts of a policy, in any combination. */
const policyPart = fc.oneof(
  policy,
  members({ entries, imports }),
  entries,
  entry,
  subjects,
  resources,
  imports,
);
const checks = objectOf(
  fc.constantFrom("a", "b", "__proto__"),
  members({
    resource: fc.constantFrom('"thing:/"', '"policy:/entries"', '"message:/inbox/messages/x"', '"x"', "1"),
    entityId: fc.constantFrom('"org.fuzz:a"', '"org.fuzz:policy"', '"x"'),
    hasPermissions: fc.constantFrom('["READ"]', '["READ","WRITE","EXECUTE"]', '["x"]', "[]", '"READ"'),
  }),
);

/** A value of the right shape for each resource of a thing and for a policy. */
export const shapes = {
  thing,
  policyId,
  definition,
  object: objectOf(keys, json),
  features,
  feature,
  featureDefinition,
  json,
  policy,
  policyPart,
  checks,
};

/** The value of a command: of the shape of a resource, or any JSON. */
export const values = fc.oneof(...Object.values(shapes));

/** What a body may be instead of JSON. */
export const garbage = fc.oneof(
  fc.constantFrom(
    "",
    "{",
    '{"a":',
    "nul",
    "<x/>",
    "\u0000",
    "[".repeat(5_000),
    '{"a":'.repeat(500),
    "1 2",
    '{"a":1,}',
  ),
  fc.string({ maxLength: 40 }),
);

const criteria = fc.constantFrom(
  "exists(attributes/a)",
  'eq(attributes/a,"text")',
  "not(exists(features/a/properties/b))",
  "and(gt(attributes/a,1),lt(_revision,100))",
  "like(attributes/a,'*a*')",
  "in(attributes/a,1,2,3)",
  "eq(attributes/a",
  "bogus(a)",
  "not(".repeat(500),
  "",
);
const selectors = fc.constantFrom(
  "thingId,attributes(a,b/c)",
  "features/*/properties/a",
  "_metadata,_policy,_revision,_created,_modified,_namespace",
  "a(b",
  "(",
  ",",
  "a/".repeat(300),
  "(".repeat(300),
);
/** Nothing that would make the server wait for long. */
const timeouts = fc.constantFrom(
  "0",
  "1ms",
  "20ms",
  "5ms",
  "0s",
  "abc",
  "-1",
  "61s",
  "10m",
  "99999999999999999999",
);

/** Values that a header or parameter may have, by its name. */
export const headerValues: Readonly<Record<string, fc.Arbitrary<string>>> = {
  "correlation-id": fc.oneof(fc.string({ maxLength: 20 }), fc.constantFrom("x".repeat(2000))),
  "response-required": fc.constantFrom("true", "false", "maybe"),
  "requested-acks": fc.constantFrom(
    "twin-persisted",
    "[]",
    "",
    '["my-ack"]',
    "my-ack",
    "[",
    "bad label",
    "[1]",
  ),
  "declared-acks": fc.constantFrom('["my-ack"]', "[", "my-ack"),
  "allow-policy-lockout": fc.constantFrom("true", "false", "x"),
  "if-match": fc.constantFrom("*", '"rev:1"', 'W/"rev:1", "x"', "x", '"', ""),
  "if-none-match": fc.constantFrom("*", '"rev:1"', '"hash:1"', "x", ","),
  "if-equal": fc.constantFrom("update", "skip", "skip-minimizing-merge", "x"),
  condition: criteria,
  channel: fc.constantFrom("twin", "TWIN", "bogus", ""),
  "put-metadata": fc.constantFrom(
    '[{"key":"unit","value":"K"}]',
    '[{"key":"*/at","value":{"a":1}}]',
    '[{"key":"features/*/properties/*/x","value":1}]',
    '[{"key":"","value":1}]',
    '[{"key":"/a/*/*","value":null}]',
    '[{"key":"__proto__/a","value":1}]',
    "[1]",
    "x",
    "{}",
  ),
  "get-metadata": fc.constantFrom("unit", "attributes/a/*", "*/at", "(", "__proto__"),
  "delete-metadata": fc.constantFrom("unit", "*/at", "/", "("),
  "at-historical-revision": fc.constantFrom("1", "2", "0", "-1", "9999999999999999999", "x", "1.5"),
  "at-historical-timestamp": fc.constantFrom(
    "2020-01-01T00:00:00Z",
    "2999-01-01T00:00:00Z",
    "x",
    "",
    "9".repeat(40),
  ),
  "merge-thing-patch-conditions": fc.oneof(
    criteria.map((criterion) => JSON.stringify({ "attributes/a": criterion })),
    fc.constantFrom("[]", "x", '{"a":1}', '{"":"exists(a)"}', '{"/*/__proto__":"exists(attributes)"}'),
  ),
  "live-channel-timeout-strategy": fc.constantFrom("fail", "use-twin", "x"),
  "policy-view": fc.constantFrom("original", "resolved", "x"),
  "dry-run": fc.constantFrom("false", "x"),
  accept: fc.constantFrom("application/json", "text/html", "*/*", "x"),
  "ditto-sudo": fc.constant("true"),
  "x-custom": fc.string({ maxLength: 10 }),
  version: fc.constantFrom("2", "1", "x"),
  "x-long": fc.constant("x".repeat(6_000)),
};

export const parameterValues: Readonly<Record<string, fc.Arbitrary<string>>> = {
  ...headerValues,
  // A Link repeats the query: no more of it than a client takes of headers.
  "x-long": fc.constant("x".repeat(600)),
  fields: selectors,
  ids: fc.array(ids, { maxLength: 4 }).map((list) => list.join(",")),
  namespaces: fc.constantFrom("org.fuzz", "org.none", "", ","),
  namespace: fc.constantFrom("org.fuzz", "1bad", "", "a".repeat(300)),
  option: fc.constantFrom(
    "size(10)",
    "size(0)",
    "size(999)",
    "cursor(x)",
    "cursor(____)",
    "size(",
    "sort(+a)",
  ),
};

/** Mostly none, else some of these, with a short timeout wherever somebody could be waited for. */
export function someOf(values: Readonly<Record<string, fc.Arbitrary<string>>>) {
  const name = fc.constantFrom(...Object.keys(values));
  const pair = name.chain((name) => fc.tuple(fc.constant(name), values[name] as fc.Arbitrary<string>));
  const pairs = fc.oneof(
    { weight: 5, arbitrary: fc.constant([]) },
    { weight: 3, arbitrary: fc.tuple(pair) },
    { weight: 1, arbitrary: fc.array(pair, { maxLength: 4 }) },
  );
  return fc.tuple(pairs, timeouts, fc.nat(30)).map(([pairs, timeout, dice]) => {
    const given: Record<string, string> = Object.fromEntries(pairs);
    return dice === 0 || "requested-acks" in given ? { ...given, timeout } : given;
  });
}
