// Every method of every resource of a policy.

import { ownPolicy, type PolicyFacts, policyResources } from "../../policy-resources.ts";
import { as, del, get, post, put, type Row, row, type Step } from "../../row.ts";

const own = "/api/2/policies/{id}";
const missing = "/api/2/policies/org.acme:missing";
const guest = as("nginx:guest");
const stranger = as("nginx:stranger");
const first = put(own, ownPolicy).gives(201);
const json = /^application\/json/;

const told = (facts: PolicyFacts, revision: string) => ({
  "correlation-id": /./,
  "ditto-originator": "nginx:ditto",
  "entity-revision": revision,
  "response-required": "false",
  etag: facts.etag,
});

const retrieve = (facts: PolicyFacts): Row =>
  row(
    `GET /policies/{policyId}${facts.template}`,
    "answers it; where there is no such policy, or none of it may be read, it is not found",
    first,
    get(`${own}${facts.path}`).gives(200, {
      body: facts.value,
      headers: { ...told(facts, "1"), "content-type": json },
    }),
    get(`${own}${facts.path}`, guest).gives(200, { body: facts.value }),
    get(`${own}${facts.path}`, stranger).gives(404),
    get(`${missing}${facts.path}`).fails(404, "policies:policy.notfound"),
  );

const modify = (facts: PolicyFacts): Row =>
  row(
    `PUT /policies/{policyId}${facts.template}`,
    "replaces it (204); needs WRITE; a body that it cannot have is refused",
    first,
    put(`${own}${facts.path}`, facts.other, guest).fails(403, facts.notModifiable),
    put(`${own}${facts.path}`, facts.invalid[0]).fails(400, facts.invalid[1]),
    get(own).gives(200, { headers: { etag: '"rev:1"' } }),
    put(`${own}${facts.path}`, facts.other).gives(204, {
      headers: { "entity-revision": "2", "content-type": null },
    }),
    get(`${own}${facts.path}`).gives(200, { body: facts.otherStored }),
    ...(facts.path === "" ? [] : [put(`${missing}${facts.path}`, facts.other).gives(404)]),
  );

const remove = (facts: PolicyFacts): Row => {
  const { deleted, path, template } = facts;
  if (deleted === undefined)
    return row(
      `DELETE /policies/{policyId}${template}`,
      "is no method of it: its parts are deleted one by one",
      first,
      del(`${own}${path}`).gives(405),
    );
  return row(
    `DELETE /policies/{policyId}${template}`,
    "removes it (204); needs WRITE",
    first,
    del(`${own}${path}`, guest).fails(403, facts.notModifiable),
    ...(facts.referenced ? inUse(path) : [del(`${own}${path}`).gives(204)]),
    ...afterwards(facts),
    del(`${missing}${path}`).fails(404, "policies:policy.notfound"),
  );
};

const inUse = (path: string): Step[] => [
  del(`${own}${path}`).fails(409, "policies:import.referenceconflict"),
  del(`${own}/entries/guest/references`).gives(204),
  del(`${own}${path}`).gives(204),
];

function afterwards({ deleted, path, notFound }: PolicyFacts): Step[] {
  if (typeof deleted === "object") return [get(`${own}${path}`).gives(200, { body: deleted.value })];
  return [get(`${own}${path}`).fails(404, notFound), del(`${own}${path}`).fails(404, notFound)];
}

const creating: readonly Row[] = [
  row(
    "POST /policies",
    "creates a policy whose ID the server chooses, in the namespace asked for",
    post("/api/2/policies?namespace=org.acme.post", { entries: ownPolicy.entries, imports: {} }).fails(
      400,
      "policies:import.invalid",
    ),
    post("/api/2/policies?namespace=org.acme.post", { entries: { owner: ownPolicy.entries.owner } }).gives(
      201,
      { text: /"policyId":"org\.acme\.post:/, headers: { location: /\/api\/2\/policies\/org\.acme\.post:/ } },
    ),
    post("/api/2/policies", { policyId: "{id}", entries: {} }).fails(400, "policies:id.notsettable"),
  ),
  row(
    "PUT /policies/{policyId}",
    "creates it where there is none (201 with Location)",
    put(own, ownPolicy).gives(201, {
      headers: { location: `{url}${own}`, etag: '"rev:1"', "entity-revision": "1" },
    }),
  ),
];

export const policyEndpointRows: readonly Row[] = [
  ...creating,
  ...policyResources.flatMap((facts) => [retrieve(facts), modify(facts), remove(facts)]),
];
