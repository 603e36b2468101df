// The route of /api/2/checkPermissions: what it takes, and what its answers tell.

import { EventEmitter } from "node:events";
import { expect, test } from "vitest";
import { checkPermissionsRequest } from "../../src/gateway/http/check-permissions.ts";
import type { HttpRequest } from "../../src/gateway/http/entity-requests.ts";
import { readTarget } from "../../src/gateway/http/uri.ts";
import { entry, policyWorld } from "../support/policy-world.ts";

const limits = { maxRequestBytes: 1000, acceptedMediaTypes: ["application/octet-stream"] };

async function send(method: string, body: string | undefined, type = "application/json") {
  const world = policyWorld();
  await world.policy("org.acme:p", { guest: entry({ "nginx:user": { "policy:/": ["READ"] } }) });
  const incoming = Object.assign(new EventEmitter(), {
    method,
    headers: { host: "h", "content-type": type },
  });
  const request: HttpRequest = {
    incoming: incoming as never,
    target: readTarget("/api/2/checkPermissions"),
    auth: { subjects: ["nginx:user"] },
    headers: { "correlation-id": "c" },
    onFault: () => undefined,
  };
  const answered = checkPermissionsRequest(world, limits, request);
  if (body !== undefined) incoming.emit("data", Buffer.from(body));
  incoming.emit("end");
  return answered;
}

const check = JSON.stringify({
  it: { resource: "policy:/", entityId: "org.acme:p", hasPermissions: ["READ"] },
});

test("the answer tells the correlation ID, but not for whom it is", async () => {
  const response = await send("POST", check);

  expect(response.status).toBe(200);
  expect(Object.fromEntries(response.headers)).toEqual({
    "content-type": "application/json",
    "correlation-id": "c",
    "response-required": "false",
  });
  expect(await response.text()).toBe('{"it":true}');
});

test("it can only be posted", async () => {
  const response = await send("GET", undefined);

  expect([response.status, response.headers.get("allow")]).toEqual([405, "POST"]);
});

test.each([
  ["no body", undefined, "application/json", "json.format.invalid"],
  ["what is no JSON", "{", "application/json", "json.invalid"],
  ["another type of media", check, "text/plain", "mediatype.unsupported"],
  ["a body that is too large", check.padEnd(1001), "application/json", "policies:policy.toolarge"],
])("%s is refused", async (_, body, type, code) => {
  await expect(send("POST", body, type)).rejects.toMatchObject({ code });
});
