// Which requests are actions on policies, and what becomes of them before the policy is asked.

import type { IncomingMessage } from "node:http";
import { Readable } from "node:stream";
import { describe, expect, test } from "vitest";
import type { PolicyAction } from "../../src/dispatch/policy-actions.ts";
import { policyRules } from "../../src/dispatch/policy-rules.ts";
import type { EntityRoutes } from "../../src/gateway/http/entity-requests.ts";
import { actionPathOf, policyActionRequest } from "../../src/gateway/http/policy-actions.ts";
import { readTarget } from "../../src/gateway/http/uri.ts";
import type { AuthContext } from "../../src/signals/signal.ts";
import { waitingOfOne } from "../support/waiting.ts";

const base = "/api/2/policies";
const routes: EntityRoutes = {
  rules: policyRules(1000, () => undefined),
  base,
  maxRequestBytes: 100,
  acceptedMediaTypes: [],
  waiting: waitingOfOne(),
};
const bearer: AuthContext = { subjects: ["iss:user"], token: { claims: { aud: "app" }, expiresAt: 0 } };

interface Sent {
  readonly method?: string;
  readonly body?: string;
  readonly auth?: AuthContext;
}

/** What becomes of a request: its status, or the refusal, and what was asked for. */
async function request(path: string, { method = "POST", body = "", auth = bearer }: Sent = {}) {
  const incoming = Object.assign(Readable.from(body === "" ? [] : [Buffer.from(body)]), {
    method,
    headers: { host: "localhost" },
  }) as unknown as IncomingMessage;
  const asked: PolicyAction[] = [];
  const act = async (action: PolicyAction) => {
    asked.push(action);
    return { status: 204, revision: 7 };
  };
  const target = readTarget(base + path);
  const headers = { "correlation-id": "c" };
  const about = actionPathOf(routes, target.path);
  if (!about) return { status: "no action", asked };
  try {
    const given = { incoming, target, auth, headers, onFault: () => undefined };
    const answer = await policyActionRequest(routes, given, about, act);
    return { status: answer.status, asked, revision: answer.headers.get("entity-revision") };
  } catch (refusal) {
    return { status: (refusal as { code: string }).code, asked };
  }
}

describe("a request for an action", () => {
  test("on a policy, and on an entry with an encoded label, is answered with 204", async () => {
    const { status, revision, asked } = await request("/org.acme:p/actions/activateTokenIntegration/");
    expect([status, revision]).toEqual([204, "7"]);
    expect(asked).toEqual([
      {
        id: "org.acme:p",
        action: "activateTokenIntegration",
        headers: { "correlation-id": "c" },
        auth: bearer,
      },
    ]);
    const onEntry = await request("/org.acme%3Ap/entries/a%20b/actions/deactivateTokenIntegration");
    expect(onEntry.asked).toMatchObject([
      { id: "org.acme:p", action: "deactivateTokenIntegration", label: "a b" },
    ]);
  });

  test("brings what is to be announced, and only the activation does", async () => {
    const body = '{"announcement":{"whenDeleted":true},"other":1}';
    const activation = await request("/org.acme:p/actions/activateTokenIntegration", { body });
    expect(activation.asked[0]?.announcement).toEqual({ whenDeleted: true });
    const deactivation = await request("/org.acme:p/actions/deactivateTokenIntegration", { body });
    expect(deactivation.asked[0]).not.toHaveProperty("announcement");
  });

  test.each<[string, string, Sent, number | string]>([
    ["of no token", "/org.acme:p", { auth: { subjects: ["iss:user"] } }, "policies:action.failed"],
    [
      "of no token, whatever the method",
      "/org.acme:p",
      { auth: { subjects: [] }, method: "GET" },
      "policies:action.failed",
    ],
    ["of another method", "/org.acme:p", { method: "GET" }, 405],
    ["on what is no id", "/nobody", {}, "policies:id.invalid"],
    ["with a body that is no object", "/org.acme:p", { body: "[]" }, "json.invalid"],
    ["with a body that is no JSON", "/org.acme:p", { body: "{" }, "json.invalid"],
    [
      "with a body that is too large",
      "/org.acme:p",
      { body: `"${"x".repeat(100)}"` },
      "policies:policy.toolarge",
    ],
  ])("%s is refused", async (_, policy, sent, refusal) => {
    const { status, asked } = await request(`${policy}/actions/activateTokenIntegration`, sent);
    expect(status).toBe(refusal);
    expect(asked).toEqual([]);
  });

  test.each([
    "/org.acme:p/actions/other",
    "/org.acme:p/actions/activateTokenIntegration/more",
    "/org.acme:p/entries/actions/activateTokenIntegration",
    "/org.acme:p/entries/a/subjects/actions/activateTokenIntegration",
    "/org.acme:p/entries/a",
  ])("is not %s", async (path) => expect((await request(path)).status).toBe("no action"));
});
