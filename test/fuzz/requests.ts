// Random requests to every route, with right and wrong paths, parameters, headers and bodies.

import fc from "fast-check";
import type { WireRequest } from "../replay/recording.ts";
import { liveRequests } from "./live.ts";
import { searchRequests } from "./searches.ts";
import { garbage, headerValues, ids, keys, parameterValues, shapes, someOf, values } from "./words.ts";

const usual = ["GET", "GET", "PUT", "PUT", "PUT", "PATCH", "PATCH"];
const methods = fc.constantFrom(...usual, ...usual, ...usual, "DELETE", "POST", "HEAD", "OPTIONS", "TRACE");

/** Each key is encoded, or sent as it is as far as a request line can hold it. */
const segment = (text: string, raw: boolean) => {
  if (raw) return text.replace(/[^!-~]|[?#]/gu, "");
  return encodeURIComponent(text.toWellFormed());
};

const deeper = (start: string, maxLength = 3) =>
  fc
    .array(fc.tuple(keys, fc.boolean()), { minLength: 1, maxLength })
    .map((path) => `${start}/${path.map(([key, raw]) => segment(key, raw)).join("/")}`);

type Place = readonly [path: fc.Arbitrary<string>, value: fc.Arbitrary<string>];
const at = (path: string) => fc.constant(path);
const inFeature = (place: fc.Arbitrary<string>) =>
  fc.tuple(deeper("/features", 1), place).map(([feature, rest]) => feature + rest);

/** The resources of a thing, each with what it may hold. */
const places: readonly Place[] = [
  [at(""), shapes.thing],
  [at(""), shapes.thing],
  [at(""), shapes.thing],
  [at("/policyId"), shapes.policyId],
  [at("/definition"), shapes.definition],
  [at("/attributes"), shapes.object],
  [deeper("/attributes"), shapes.json],
  [at("/features"), shapes.features],
  [deeper("/features", 1), shapes.feature],
  [inFeature(at("/definition")), shapes.featureDefinition],
  [inFeature(at("/properties")), shapes.object],
  [inFeature(deeper("/properties")), shapes.json],
  [inFeature(at("/desiredProperties")), shapes.object],
  [inFeature(deeper("/desiredProperties")), shapes.json],
];

const nowhere = fc.constantFrom(
  ...["/", "/bogus", "//attributes", "/attributes//a", "/features/a/bogus", "/migrateDefinition", "/inbox"],
);

const inPolicy = fc.oneof(
  fc.constantFrom(
    "",
    "/entries",
    "/imports",
    "/entries/o/subjects",
    "/entries/o/resources/thing:%2F",
    "/bogus",
  ),
  fc.constantFrom("/entries/o/subjects/nginx:ditto", "/imports/org.fuzz:a", "/imports/org.fuzz:a/entries"),
  fc.constantFrom(
    "/actions/activateTokenIntegration",
    "/entries/o/actions/deactivateTokenIntegration",
    "/entries/o/importable",
    "/entries/o/allowedAdditions",
    "/entries/o/references",
    "/entries/o/namespaces",
    "/imports/org.fuzz:a/transitiveImports",
  ),
  deeper("/entries"),
);

const entity = (base: string, rest: fc.Arbitrary<string>) =>
  fc.tuple(ids, fc.boolean(), rest).map(([id, raw, path]) => `${base}/${segment(id, raw)}${path}`);

const things = "/api/2/things";
const targets: fc.Arbitrary<readonly [path: string, value: string]> = fc.oneof(
  {
    weight: 12,
    arbitrary: fc.constantFrom(...places).chain(([path, value]) => fc.tuple(entity(things, path), value)),
  },
  { weight: 1, arbitrary: fc.tuple(entity(things, nowhere), values) },
  { weight: 3, arbitrary: fc.tuple(entity("/api/2/policies", inPolicy), shapes.policyPart) },
  { weight: 1, arbitrary: fc.tuple(at("/api/2/checkPermissions"), shapes.checks) },
  { weight: 2, arbitrary: fc.tuple(fc.constantFrom(things, `${things}/`, "/api/2/policies"), shapes.thing) },
  { weight: 1, arbitrary: fc.tuple(elsewhere(), values) },
);

function elsewhere(): fc.Arbitrary<string> {
  return fc.oneof(
    fc.webPath().map((path) => `/${path}`),
    fc.constantFrom(
      "/",
      "/api",
      "/api/3/things",
      "/ws/2",
      "/health",
      "/status",
      "/overall/status",
      "/devops/x",
      "/apidoc",
      "/api/2/openapi.json",
      "/api/2/search/things",
      "/api/2/%",
      "//",
      "/api/2/whoami",
    ),
  );
}

const queries = fc.oneof(
  { weight: 12, arbitrary: fc.constant("") },
  {
    weight: 4,
    arbitrary: someOf(parameterValues).map((given) => {
      const pairs = Object.entries(given).map(
        ([name, value]) => `${name}=${encodeURIComponent(value.toWellFormed())}`,
      );
      return `?${pairs.join("&")}`;
    }),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom("?", "?%", "?&&=", "?fields", "?fields=%zz", "?=x", `?${"x".repeat(9_000)}`),
  },
);

const types: fc.Arbitrary<Record<string, string>> = fc.oneof(
  { weight: 20, arbitrary: fc.constant({}) },
  {
    weight: 2,
    arbitrary: fc
      .constantFrom(
        "application/json",
        "application/json-patch+json",
        "text/xml",
        "x",
        "application/json;charset=x",
      )
      .map((type) => ({ "content-type": type })),
  },
);

const patches = fc.constantFrom(
  '[{"op":"add","path":"/a","value":1}]',
  '[{"op":"move","from":"/a","path":"/b"},{"op":"test","path":"/b","value":2}]',
  '[{"op":"copy","from":"","path":"/a"}]',
  '[{"op":"bogus"}]',
  "[]",
);

const oddBodies = fc.oneof(values, patches, garbage);

const subjects = fc.oneof(
  { weight: 40, arbitrary: fc.constant("nginx:ditto") },
  { weight: 1, arbitrary: fc.constantFrom("nginx:other", "x", ",", "a,b,c") },
);

/** What a header of HTTP can hold. */
const headerText = (value: string) => value.replace(/[^ -~]/g, "");

/** Its method decides whether it has a body, mostly. */
const entityRequests: fc.Arbitrary<WireRequest> = fc
  .record({
    method: methods,
    target: targets,
    query: queries,
    headers: someOf(headerValues),
    type: types,
    oddBody: oddBodies,
    subject: subjects,
    dice: fc.nat(40),
  })
  .map(({ method, target: [path, value], query, headers, type, oddBody, subject, dice }) => {
    const hasBody = dice === 0 || method === "PUT" || method === "PATCH" || method === "POST";
    const json = { "content-type": method === "PATCH" ? "application/merge-patch+json" : "application/json" };
    const given = Object.entries(headers).map(([name, value]) => [name, headerText(value)]);
    return {
      method,
      path: path + query,
      headers: {
        "x-ditto-pre-authenticated": subject,
        ...Object.fromEntries(given),
        ...(hasBody && json),
        ...type,
      },
      ...(hasBody && { body: dice < 4 ? oddBody : value }),
    };
  });

/** A request. */
export const requests: fc.Arbitrary<WireRequest> = fc.oneof(
  { weight: 6, arbitrary: entityRequests },
  { weight: 1, arbitrary: searchRequests },
  { weight: 2, arbitrary: liveRequests },
);
