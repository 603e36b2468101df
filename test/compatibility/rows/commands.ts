// Every action on every resource path over WebSocket: the answer, the event that others are sent, the errors.

import { type ResourceFacts, resources, thing } from "../resources.ts";
import { command, event, type Row, row, saidBy } from "../row.ts";

const unknownTopic = "protocoladapter:unknown.topicpath";
const noCommand = { status: 400, value: { status: 400, error: unknownTopic } };
const pathOf = ({ path }: ResourceFacts) => (path === "" ? "/" : path);
const nameOf = (action: string, { template }: ResourceFacts) =>
  `${action} ${template === "" ? "/" : template}`;
const answered = (action: string, facts: ResourceFacts, headers: object = {}) => ({
  topic: `org.acme/{name}/things/twin/commands/${action}`,
  path: pathOf(facts),
  headers: {
    "correlation-id": "c",
    "ditto-originator": "nginx:ditto",
    "response-required": false,
    ...headers,
  },
});
const json = { "content-type": "application/json" };
const patched = { "content-type": "application/merge-patch+json" };

const rowsOf = (facts: ResourceFacts): readonly Row[] => [
  row(
    nameOf("retrieve", facts),
    "answers the value (200)",
    command("retrieve", pathOf(facts)).answers({
      ...answered("retrieve", facts, { "entity-revision": 1, ...json }),
      status: 200,
      value: facts.value,
    }),
    saidBy("nginx:stranger", command("retrieve", pathOf(facts)).fails(404, facts.notFound)),
  ),
  modify(facts),
  row(
    nameOf("merge", facts),
    "merges the value (204); others are sent `merged` with the patch",
    command("merge", pathOf(facts), { value: facts.patch, headers: patched }).answers({
      ...answered("merge", facts, { "entity-revision": 2, ...patched }),
      status: 204,
    }),
    event("merged", pathOf(facts), { value: facts.patch, revision: 2, headers: patched }),
    command("retrieve", pathOf(facts)).answers({ value: facts.patched }),
  ),
  facts.cannotBeDeleted
    ? row(nameOf("delete", facts), "is no command of it", command("delete", pathOf(facts)).answers(noCommand))
    : row(
        nameOf("delete", facts),
        "removes it (204); others are sent `deleted` without a value",
        command("delete", pathOf(facts)).answers({
          ...answered("delete", facts, { "entity-revision": 2, ...json }),
          status: 204,
        }),
        event("deleted", pathOf(facts), { revision: 2 }),
        command("delete", pathOf(facts)).fails(404, facts.notFound),
      ),
];

function modify(facts: ResourceFacts): Row {
  const replaced = [
    command("modify", pathOf(facts), { value: facts.other }).answers({
      ...answered("modify", facts, { "entity-revision": 2, ...json }),
      status: 204,
    }),
    event("modified", pathOf(facts), { value: facts.other, revision: 2, headers: json }),
  ];
  if (facts.cannotBeDeleted) {
    return row(nameOf("modify", facts), "replaces it (204); others are sent `modified`", ...replaced);
  }
  return row(
    nameOf("modify", facts),
    "replaces it (204) or creates it (201); others are sent `modified` or `created`",
    ...replaced,
    command("delete", pathOf(facts)).answers({ status: 204 }),
    event("deleted", pathOf(facts)),
    command("modify", pathOf(facts), { value: facts.other }).answers({
      ...answered("modify", facts, { "entity-revision": 4, ...json }),
      status: 201,
      value: facts.other,
    }),
    event("created", pathOf(facts), { value: facts.other, revision: 4 }),
  );
}

const creations: readonly Row[] = [
  row(
    nameOf("create", thing),
    "creates the thing (201); others are sent `created`; one that is there is refused",
    command("delete", "/").answers({ status: 204 }),
    event("deleted", "/"),
    command("create", "/", { value: { policyId: "org.acme:policy" } }).answers({
      ...answered("create", thing, { "entity-revision": 3, etag: '"rev:3"', ...json }),
      status: 201,
      value: { thingId: "{id}", policyId: "org.acme:policy" },
    }),
    event("created", "/", { value: { thingId: "{id}", policyId: "org.acme:policy" }, revision: 3 }),
    command("create", "/", { value: { policyId: "org.acme:policy" } }).fails(409, "things:thing.conflict"),
    command("create", "/", { value: { thingId: "{id}" } }).fails(409, "things:thing.conflict"),
    command("create", "/", { value: { _policy: { policyId: "org.acme:policy", entries: {} } } }).fails(
      400,
      "things:thing.notcreatable",
    ),
  ),
  ...resources
    .filter(({ path }) => path !== "")
    .map((facts) =>
      row(
        nameOf("create", facts),
        "is no command of it: parts are created by `modify`",
        command("create", facts.path, { value: facts.other }).answers(noCommand),
      ),
    ),
];

export const commandRows: readonly Row[] = [...resources.flatMap(rowsOf), ...creations];
