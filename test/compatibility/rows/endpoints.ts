// Every method of every resource of a thing.

import { type ResourceFacts, resources } from "../resources.ts";
import { as, del, get, patch, put, type Row, row, type Step } from "../row.ts";

const missing = "/api/2/things/org.acme:missing";
const reader = as("nginx:reader");
const stranger = as("nginx:stranger");
const json = /^application\/json/;

const rowsOf = (facts: ResourceFacts): readonly Row[] => [
  retrieve(facts),
  modify(facts),
  merge(facts),
  remove(facts),
];

/** What the answer to a successful command tells beside its body. */
const told = (facts: ResourceFacts, revision: string) => ({
  "correlation-id": /./,
  "ditto-originator": "nginx:ditto",
  "entity-revision": revision,
  "response-required": "false",
  etag: facts.etag,
});

const retrieve = (facts: ResourceFacts) =>
  row(
    `GET /things/{thingId}${facts.template}`,
    "answers it with its entity tag; what is not there, or may not be read, is not found",
    get(`{thing}${facts.path}`).gives(200, {
      body: facts.value,
      headers: { ...told(facts, "1"), "content-type": json },
    }),
    get(`{thing}${facts.path}/`).gives(200, { body: facts.value }),
    get(`{thing}${facts.path}`, reader).gives(200, { body: facts.value }),
    get(`{thing}${facts.path}`, stranger).fails(404, facts.notFound),
    get(`${missing}${facts.path}`).fails(404, "things:thing.notfound"),
    ...(facts.cannotBeDeleted || facts.path === ""
      ? []
      : [del(`{thing}${facts.path}`).gives(204), get(`{thing}${facts.path}`).fails(404, facts.notFound)]),
  );

const modify = (facts: ResourceFacts) =>
  row(
    `PUT /things/{thingId}${facts.template}`,
    facts.cannotBeDeleted
      ? "replaces it (204); needs WRITE"
      : "replaces it (204), creates it where there is none (201 with Location); needs WRITE",
    put(`{thing}${facts.path}`, facts.other).gives(204, {
      headers: { ...told(facts, "2"), location: null, "content-type": null },
    }),
    get(`{thing}${facts.path}`).gives(200, { body: facts.other }),
    ...(facts.invalid ? [put(`{thing}${facts.path}`, facts.invalid[0]).fails(400, facts.invalid[1])] : []),
    put(`{thing}${facts.path}`, facts.other, reader).fails(403, facts.notModifiable),
    put(`{thing}${facts.path}`, { raw: "<x/>" }, { "content-type": "text/xml" }).fails(
      415,
      "mediatype.unsupported",
    ),
    ...createdAgain(facts),
  );

function createdAgain(facts: ResourceFacts): Step[] {
  if (facts.path === "") {
    const created = { thingId: "{id}-new", policyId: "org.acme:policy", attributes: { colour: "blue" } };
    return [
      put("{thing}-new", { policyId: "org.acme:policy", attributes: { colour: "blue" } }).gives(201, {
        body: created,
        headers: { location: "{url}/api/2/things/{id}-new", etag: '"rev:1"' },
      }),
    ];
  }
  const intoMissing = put(`${missing}${facts.path}`, facts.other).fails(404, "things:thing.notfound");
  if (facts.cannotBeDeleted) return [intoMissing];
  return [
    intoMissing,
    del(`{thing}${facts.path}`).gives(204),
    put(`{thing}${facts.path}`, facts.other).gives(201, {
      body: facts.other,
      headers: { ...told(facts, "4"), location: `{url}{thing}${facts.path}`, "content-type": json },
    }),
  ];
}

const merge = (facts: ResourceFacts) =>
  row(
    `PATCH /things/{thingId}${facts.template}`,
    "merges as RFC 7396 (204); a whole thing is created (201); needs WRITE on all it touches",
    patch(`{thing}${facts.path}`, facts.patch).gives(204, {
      headers: { "entity-revision": "2", etag: facts.path === "/definition" ? /./ : facts.etag },
    }),
    get(`{thing}${facts.path}`).gives(200, { body: facts.patched }),
    patch(`{thing}${facts.path}`, facts.patch, reader).fails(403, "things:thing.notmodifiable"),
    patch(`{thing}${facts.path}`, facts.patch, { "content-type": "application/json" }).fails(
      415,
      "mediatype.unsupported",
    ),
    ...(facts.path === ""
      ? [
          patch("{thing}-new", { policyId: "org.acme:policy", attributes: { a: null, b: 1 } }).gives(201, {
            body: { thingId: "{id}-new", policyId: "org.acme:policy", attributes: { b: 1 } },
            headers: { location: "{url}/api/2/things/{id}-new" },
          }),
        ]
      : [patch(`${missing}${facts.path}`, facts.patch).fails(404, "things:thing.notfound")]),
  );

const remove = (facts: ResourceFacts) =>
  facts.cannotBeDeleted
    ? row(
        `DELETE /things/{thingId}${facts.template}`,
        "is no method of it: a thing always has a policy",
        del(`{thing}${facts.path}`).gives(405, { headers: { allow: "GET, PUT, PATCH" } }),
      )
    : row(
        `DELETE /things/{thingId}${facts.template}`,
        "removes it; what is not there is not found; needs WRITE",
        del(`{thing}${facts.path}`, reader).fails(
          403,
          facts.path === "" ? "things:thing.notdeletable" : facts.notModifiable,
        ),
        del(`{thing}${facts.path}`).gives(204, { headers: { "entity-revision": "2", etag: null } }),
        del(`{thing}${facts.path}`).fails(404, facts.notFound),
        del(`${missing}${facts.path}`).fails(404, "things:thing.notfound"),
      );

export const endpointRows: readonly Row[] = resources.flatMap(rowsOf);
