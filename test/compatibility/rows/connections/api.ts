// `/api/2/connections`: what operators can ask of connections, without one that is open.

import { del, differs, get, post, put, type Row, raw, request, row } from "../../row.ts";
import { all, make, one, operator, pushes, pushesTo, read, remove, stranger, target, tell, write } from "./scene.ts";

const invalid = "connectivity:connection.configuration.invalid";
const notFound = "connectivity:connection.notfound";
const created = write(pushes()).gives(201);

/** What Ditto adds to a connection. */
const whole = {
  ...{ id: "{name}", name: "pushes", connectionType: "http-push", connectionStatus: "closed" },
  ...{ uri: "http://127.0.0.1:1", sources: [], targets: [{ ...target, headerMapping: {} }] },
  ...{ clientCount: 1, failoverEnabled: true, validateCertificates: true, processorPoolSize: 1, tags: [] },
};

const guarded = { headers: { "www-authenticate": 'Basic realm="DITTO-DEVOPS",charset=UTF-8' } };

export const connectionRows: readonly Row[] = [
  row(
    "POST /connections",
    "creates a connection under a new ID",
    make(pushes()).gives(201, {
      has: { ...whole, id: expect_uuid },
      headers: { location: /\/api\/2\/connections\/[0-9a-f-]{36}$/, "entity-revision": "1" },
    }),
    make(pushes({ id: "{name}" })).fails(400, "connectivity:id.notsettable"),
    make({}).fails(400, "json.field.missing"),
    make([]).fails(400, "json.invalid"),
    make(raw("{")).fails(400, "json.invalid"),
    post(all, raw("<a/>"), { ...operator, "content-type": "text/xml" }).fails(415, "mediatype.unsupported"),
  ),
  row(
    "GET /connections",
    "answers all that there are",
    created,
    read(all).gives(200, { text: /^\[\{"id":.*"connectionType":"http-push".*\}\]$/ }),
    read(`${all}/`).gives(200),
  ),
];
