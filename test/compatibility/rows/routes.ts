// Paths and methods that are no resource, and those of later issues.

import { get, later, post, type Row, request, row } from "../row.ts";

const plain = { "content-type": /^text\/plain/ };
const nothing = (path: string) => get(path).gives(404, { headers: plain });
const refused = (method: string, path: string, allow: string) =>
  request(method, path, undefined).gives(405, { headers: { allow, ...plain } });
const onThing = "GET, PUT, PATCH, DELETE";

const routes: readonly Row[] = [
  row(
    "a method",
    "that a resource has not is answered with 405 and those it has",
    refused("POST", "{thing}", onThing),
    refused("POST", "{thing}/attributes", onThing),
    refused("POST", "{thing}/attributes/colour", onThing),
    refused("DELETE", "/api/2/things", "GET, POST"),
    refused("PUT", "/api/2/things", "GET, POST"),
    refused("OPTIONS", "{thing}", onThing),
    refused("PUT", "/api/2/whoami", "GET"),
    request("HEAD", "{thing}", undefined).gives(405, { headers: { allow: onThing } }),
  ),
  row(
    "a path",
    "that is no resource is not found, in plain text",
    nothing("/"),
    nothing("/nope"),
    nothing("/api"),
    nothing("/api/2"),
    nothing("/api/2/"),
    nothing("/api/2/nope"),
    nothing("{thing}/bogus"),
    nothing("{thing}//attributes"),
    nothing("{thing}/features/light/bogus"),
    get("/api/2/nope", { authorization: "Basic bm86bm8=" }).fails(401, "gateway:authentication.failed"),
  ),
  row(
    "a version",
    "other than 2 is not supported",
    get("/api/1/things").fails(404, "api.version.notsupported"),
    get("/api/9/things/{id}").fails(404, "api.version.notsupported"),
    get("/ws/3").fails(404, "api.version.notsupported"),
  ),
  row("GET /ws/2", "without an upgrade is a bad request", get("/ws/2").gives(400, { headers: plain })),
  row(
    "GET /whoami",
    "tells the subjects",
    get("/api/2/whoami").gives(200, { body: { defaultSubject: "nginx:ditto", subjects: ["nginx:ditto"] } }),
  ),
];

const unbuilt: readonly Row[] = [
  later(
    "WoT",
    row(
      "POST /things/{thingId}/migrateDefinition",
      "moves a thing to another model",
      post("{thing}/migrateDefinition", { thingDefinitionUrl: "https://example.org/m" }).gives(404),
    ),
  ),
];

export const routeRows: readonly Row[] = routes;
export const laterRows: readonly Row[] = unbuilt;
