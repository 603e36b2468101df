// The same resources by messages of the Ditto Protocol.

import { ownPolicy, type PolicyFacts, policyResources } from "../../policy-resources.ts";
import { command, get, put, type Row, row, saidBy } from "../../row.ts";

const topic = (what: string) => `org.acme/{name}/policies/${what}`;
const order = (action: string, path: string, parts: object = {}) =>
  command("", path === "" ? "/" : path, { ...parts, topic: topic(`commands/${action}`) });
const errors = topic("errors");
const first = put("/api/2/policies/{id}", ownPolicy).gives(201);

const told = (action: string, status: number, path: string, more: object = {}) => ({
  topic: topic(`commands/${action}`),
  headers: { "correlation-id": "c", "ditto-originator": "nginx:ditto", "response-required": false },
  path: path === "" ? "/" : path,
  status,
  ...more,
});

const ofResource = (facts: PolicyFacts): readonly Row[] => {
  const { path, template, value, other, otherStored } = facts;
  return [
    row(
      `retrieve policy ${template || "/"}`,
      "answers its value; a stranger is told that there is no such policy",
      first,
      order("retrieve", path).answers(told("retrieve", 200, path, { value })),
      saidBy("nginx:stranger", order("retrieve", path).answers({ topic: errors, status: 404 })),
    ),
    row(
      `modify policy ${template || "/"}`,
      "replaces it (204); needs WRITE",
      first,
      saidBy("nginx:guest", order("modify", path, { value: other }).fails(403, facts.notModifiable, errors)),
      order("modify", path, { value: facts.invalid[0] }).fails(400, facts.invalid[1], errors),
      order("modify", path, { value: other }).answers(told("modify", 204, path)),
      order("retrieve", path).answers({ status: 200, value: otherStored }),
    ),
    ...(facts.deleted && !facts.referenced ? [deletion(facts)] : []),
  ];
};

const deletion = ({ path, template, notModifiable, notFound, deleted }: PolicyFacts): Row =>
  row(
    `delete policy ${template || "/"}`,
    "removes it (204); needs WRITE",
    first,
    saidBy("nginx:guest", order("delete", path).fails(403, notModifiable, errors)),
    order("delete", path).answers(told("delete", 204, path)),
    typeof deleted === "object"
      ? order("retrieve", path).answers({ status: 200, value: deleted.value })
      : order("retrieve", path).fails(404, notFound, errors),
  );

const creation: readonly Row[] = [
  row(
    "create policy /",
    "creates it (201) with its value; where there is one it is a conflict",
    order("create", "", { value: ownPolicy }).answers({ status: 201, value: { policyId: "{id}" } }),
    order("create", "", { value: ownPolicy }).fails(409, "policies:policy.conflict", errors),
    get("/api/2/policies/{id}").gives(200),
  ),
  row(
    "merge policy /",
    "there is no such command",
    first,
    order("merge", "", { value: {} }).answers({
      status: 400,
      value: { error: "protocoladapter:unknown.topicpath" },
    }),
  ),
];

export const policyCommandRows: readonly Row[] = [...creation, ...policyResources.flatMap(ofResource)];
