import { expect, test } from "vitest";
import { readConfig } from "../../src/ops/config.ts";
import { problemsOf } from "./problems.ts";

const EVENTS = "THING_EVENT_PRE_DEFINED_EXTRA_FIELDS";
const MESSAGES = "THING_MESSAGE_PRE_DEFINED_EXTRA_FIELDS";

test("fields by namespace and condition are read as Ditto's configuration has them", () => {
  const config = readConfig(
    {
      [EVENTS]:
        '[{"namespaces":["*"],"condition":"exists(definition)","extra-fields":["definition"]},' +
        '{"namespaces":["org.lamps","org.?.x-*"],"extra-fields":["attributes/serial","features/*/definition"]}]',
      [MESSAGES]: '[{"extra-fields":["_revision"]}]',
    },
    [],
  );

  expect(config.preDefinedOfEvents).toEqual([
    { namespaces: ["*"], condition: "exists(definition)", extraFields: ["definition"] },
    {
      namespaces: ["org.lamps", "org.?.x-*"],
      condition: undefined,
      extraFields: ["attributes/serial", "features/*/definition"],
    },
  ]);
  expect(config.preDefinedOfMessages).toEqual([
    { namespaces: [], condition: undefined, extraFields: ["_revision"] },
  ]);
});

test("nothing is pre-defined unless it is set", () => {
  const config = readConfig({}, []);
  expect([config.preDefinedOfEvents, config.preDefinedOfMessages]).toEqual([[], []]);
});

test("the paths of Ditto's configuration set single places", () => {
  const path = "-Dditto.things.thing.event.pre-defined-extra-fields";
  const config = readConfig({}, [
    `${path}.0.namespaces.0=org.acme*`,
    `${path}.0.extra-fields.0=definition`,
    `${path}.0.extra-fields.1=attributes/serial`,
    `${path}.1.condition=exists(policyId)`,
    `${path}.1.extra-fields.0=policyId`,
    '-Dditto.things.thing.message.pre-defined-extra-fields=[{"extra-fields":["thingId"]}]',
  ]);

  expect(config.preDefinedOfEvents).toEqual([
    { namespaces: ["org.acme*"], condition: undefined, extraFields: ["definition", "attributes/serial"] },
    { namespaces: [], condition: "exists(policyId)", extraFields: ["policyId"] },
  ]);
  expect(config.preDefinedOfMessages).toEqual([
    { namespaces: [], condition: undefined, extraFields: ["thingId"] },
  ]);
});

test.each([
  ["{}", /must be JSON of the form/],
  ["definition", /must be JSON of the form/],
  ["[1]", /must have an object as \[0\]/],
  ['[{"extra-fields":["thingId"]},{"fields":["thingId"]}]', /only .* in \[1\], not "fields"/],
  ['[{"namespaces":["*"]}]', /at least one field as \[0\]\.extra-fields/],
  ['[{"extra-fields":"thingId"}]', /list of texts as \[0\]\.extra-fields/],
  ['[{"namespaces":"org","extra-fields":["thingId"]}]', /list of texts as \[0\]\.namespaces/],
  ['[{"namespaces":["org","a b"],"extra-fields":["thingId"]}]', /as \[0\]\.namespaces, not "a b"/],
  [`[{"namespaces":["${"a".repeat(1025)}"],"extra-fields":["thingId"]}]`, /at most 1024 characters/],
  ['[{"condition":1,"extra-fields":["thingId"]}]', /text as \[0\]\.condition/],
  [JSON.stringify(Array(101).fill({ "extra-fields": ["thingId"] })), /at most 100 entries/],
])("%.60s stops the start", (text, why) => {
  for (const name of [EVENTS, MESSAGES])
    expect(problemsOf({ [name]: text })).toEqual([
      expect.stringMatching(new RegExp(`^${name} is .*${why.source}`, "s")),
    ]);
});
