// Predictors of a real server over HTTP: operators, people with policies, and what is left after a kill.

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { startServer, type TestServer } from "../../support/server.ts";

const basic = (text: string) => `Basic ${Buffer.from(text).toString("base64")}`;
const operator = { authorization: basic("devops:ops"), "content-type": "application/json" };
const env = { DEVOPS_PASSWORD: "ops", USERS: "ditto:ditto,ann:ann" };

const watch = {
  status: "active",
  authorizationContext: ["nginx:ditto"],
  bind: { namespaces: ["org.factory"], filter: "exists(features/vibration)" },
  trigger: { paths: ["features/vibration/properties/value"] },
  inputs: [{ name: "v", path: "features/vibration/properties/value" }],
  model: { type: "builtin", name: "anomaly" },
  output: { feature: "vibration-watch", properties: { score: "score", anomalous: "anomalous" } },
};

let dataDir: string;
let server: TestServer;
beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), "pollux-predictors-"));
  server = await startServer({ env, dataDir, readyWithinMs: 60_000 });
}, 90_000);
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await rm(dataDir, { recursive: true, force: true });
});

const ask = (line: string, body?: unknown, headers: Record<string, string> = operator) => {
  const [method = "", path = ""] = line.split(" ");
  return server.fetch(`/api/2${path}`, {
    method,
    headers,
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
};
const as = (user: string) => ({
  authorization: basic(`${user}:${user}`),
  "content-type": "application/json",
});
const patch = { ...operator, "content-type": "application/merge-patch+json" };
const asJson = async (answer: Response) => (await answer.json()) as Record<string, unknown>;
const codeOf = async (answer: Response) => `${answer.status} ${(await asJson(answer)).error}`;

/** Reports readings of a machine, one after another. */
async function report(id: string, values: readonly number[]): Promise<void> {
  for (const value of values) {
    const answer = await ask(`PUT /things/${id}/features/vibration/properties/value`, value, as("ditto"));
    expect(answer.status).toBeLessThan(300);
  }
}

test("the predictor of an operator writes a feature of the things that it is for, and tells how it is doing", async () => {
  expect((await ask("PUT /predictors/vibration-watch", watch)).status).toBe(201);
  expect((await ask("PUT /predictors/vibration-watch", watch)).status).toBe(204);
  await ask(
    "PUT /things/org.factory:press",
    { features: { vibration: { properties: { value: 1 } } } },
    as("ditto"),
  );
  await report("org.factory:press", [1, 1.1, 0.9, 1, 1.05]);

  await vi.waitFor(
    async () => {
      const feature = await asJson(
        await ask("GET /things/org.factory:press/features/vibration-watch", undefined, as("ditto")),
      );
      expect(feature.properties).toMatchObject({ score: expect.any(Number), anomalous: false });
    },
    { timeout: 10_000, interval: 100 },
  );
  const status = await asJson(await ask("GET /predictors/vibration-watch/status"));
  expect(status).toMatchObject({ id: "vibration-watch", status: "active" });
}, 30_000);

test("a predictor has revisions: preconditions, patches, and how it was", async () => {
  const { model, ...rest } = watch;
  const created = await ask("PUT /predictors/revised", { ...rest, model, status: "paused" });
  expect(created.headers.get("location")).toBe(`${server.url}/api/2/predictors/revised`);
  const etag = created.headers.get("etag") ?? "";
  expect(etag).toBe('"rev:1"');

  expect(
    (await ask("PATCH /predictors/revised", { description: "second" }, { ...patch, "if-match": '"rev:9"' }))
      .status,
  ).toBe(412);
  expect(
    (await ask("PATCH /predictors/revised", { description: "second" }, { ...patch, "if-match": etag }))
      .status,
  ).toBe(204);

  const now = await ask("GET /predictors/revised?fields=description");
  expect([now.headers.get("etag"), await now.json()]).toEqual(['"rev:2"', { description: "second" }]);
  expect(await asJson(await ask("GET /predictors/revised?at-historical-revision=1"))).not.toHaveProperty(
    "description",
  );
  expect(
    (await ask("GET /predictors/revised", undefined, { ...operator, "if-none-match": '"rev:2"' })).status,
  ).toBe(304);
  expect((await ask("PUT /predictors/revised", watch, { ...operator, "if-none-match": "*" })).status).toBe(
    412,
  );
  expect((await ask("DELETE /predictors/revised")).status).toBe(204);
  expect(await codeOf(await ask("GET /predictors/revised"))).toBe("404 predictors:predictor.notfound");
});

test("what is wrong in a predictor is told with where it is", async () => {
  const answer = await ask("PUT /predictors/wrong", {
    ...watch,
    inputs: [{ name: "v", path: "features/v", windw: 3 }],
  });

  const refusal = await asJson(answer);
  expect(refusal.error).toBe("predictors:predictor.invalid");
  expect(JSON.stringify(refusal)).toContain("/inputs/0");
});

test("others see and change what the policy of a predictor grants them, and no more", async () => {
  const entry = (subject: string, grant: readonly string[]) => ({
    subjects: { [subject]: { type: "user" } },
    resources: { "predictor:/": { grant, revoke: [] } },
  });
  const owner = {
    subjects: { "nginx:ditto": { type: "u" } },
    resources: { "policy:/": { grant: ["READ", "WRITE"], revoke: [] } },
  };
  const entries = {
    owner,
    ditto: entry("nginx:ditto", ["READ", "WRITE", "EXECUTE"]),
    ann: entry("nginx:ann", ["READ"]),
  };
  expect((await ask("PUT /policies/org.factory:models", { entries }, as("ditto"))).status).toBe(201);
  const own = { ...watch, policyId: "org.factory:models", status: "paused" };

  expect((await ask("PUT /predictors/of-ditto", own, as("ditto"))).status).toBe(201);
  expect((await ask("PUT /predictors/of-nobody", watch, as("ditto"))).status).toBe(403);
  const others = { ...own, authorizationContext: ["nginx:ann"] };
  expect(await codeOf(await ask("PUT /predictors/of-ann", others, as("ditto")))).toBe(
    "403 predictors:subjects.notallowed",
  );

  expect((await ask("GET /predictors/of-ditto/status", undefined, as("ann"))).status).toBe(200);
  expect(await codeOf(await ask("DELETE /predictors/of-ditto", undefined, as("ann")))).toBe(
    "403 predictors:predictor.notmodifiable",
  );
  expect((await ask("GET /predictors/of-ditto/training-data", undefined, as("ann"))).status).toBe(403);
  expect(await codeOf(await ask("GET /predictors/vibration-watch", undefined, as("ann")))).toBe(
    "404 predictors:predictor.notfound",
  );
  const seen = (await (await ask("GET /predictors?fields=id", undefined, as("ann"))).json()) as {
    id: string;
  }[];
  expect(seen.map(({ id }) => id)).toEqual(["of-ditto"]);
});

test("the list of predictors comes in pages, which lead from one to the next", async () => {
  const seen: unknown[] = [];
  let url: URL | undefined = new URL("/api/2/predictors?limit=1&fields=id", server.url);
  while (url) {
    const answer: Response = await fetch(url, { headers: operator });
    const page = (await answer.json()) as { id: string }[];
    expect(page).toHaveLength(1);
    seen.push(page[0]?.id);
    const [, link] = /^<(.+)>; rel="next"$/.exec(answer.headers.get("link") ?? "") ?? [];
    url = link === undefined ? undefined : new URL(link, url);
  }

  expect(seen).toEqual(["of-ditto", "vibration-watch"]);
});

test("training data are the readings of the past, row by row", async () => {
  const answer = await ask("GET /predictors/vibration-watch/training-data?thingId=org.factory:press&limit=3");

  expect(answer.headers.get("content-type")).toBe("text/csv; charset=utf-8");
  const [head, ...rows] = (await answer.text()).trimEnd().split("\n");
  expect(head).toBe("thingId,revision,timestamp,v");
  expect(rows).toHaveLength(3);
  for (const row of rows) expect(row).toMatch(/^org\.factory:press,\d+,[^,]+,(?:0|1)(?:\.\d+)?$/);
  const lines = await ask("GET /predictors/vibration-watch/training-data?format=jsonl&limit=1");
  expect(JSON.parse(await lines.text())).toMatchObject({ thingId: "org.factory:press", v: 1 });
});

test("predictors are there after a kill", async () => {
  const before = await asJson(await ask("GET /predictors/vibration-watch"));
  await server.kill();
  server = await startServer({ env, dataDir, readyWithinMs: 60_000 });

  expect(await asJson(await ask("GET /predictors/vibration-watch"))).toEqual(before);
  await report("org.factory:press", [1.01]);
}, 60_000);
