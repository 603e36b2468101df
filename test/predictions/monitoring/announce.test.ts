import { expect, test, vi } from "vitest";
import { compileEnforcer } from "../../../src/policies/enforcer.ts";
import { alertAnnouncer } from "../../../src/predictions/monitoring/announce.ts";
import type { PredictorAlert } from "../../../src/predictions/monitoring/predictor-monitor.ts";
import { printAnnouncement } from "../../../src/protocol/announcement.ts";
import { localAnnouncements } from "../../../src/pubsub/announcements.ts";
import type { PolicyAnnouncement } from "../../../src/signals/policy-announcement.ts";

const alert: PredictorAlert = {
  predictorId: "watch",
  policyId: "org.acme:policy",
  version: "v3",
  alert: { on: "input-drift", above: 0.25 },
  state: "raised",
  value: 0.123456,
  column: "speed",
  timestamp: Date.parse("2026-01-01T00:00:00Z"),
};

function announcing(readers: () => Promise<ReadonlySet<string>>) {
  const published: PolicyAnnouncement[] = [];
  const warn = vi.fn();
  const announce = alertAnnouncer({
    readersOf: readers,
    publish: (said) => published.push(said),
    log: { warn },
  });
  return { announce, published, warn, asked: () => new Promise((resolve) => setImmediate(resolve)) };
}

test("an alert is announced to those who may read alerts by the predictor's policy", async () => {
  const { announce, published, asked } = announcing(async () => new Set(["nginx:a", "nginx:b"]));
  announce(alert);
  await asked();

  expect(published[0]?.subjects).toEqual(["nginx:a", "nginx:b"]);
  expect(JSON.parse(printAnnouncement(published[0] as PolicyAnnouncement))).toEqual({
    topic: "org.acme/policy/policies/announcements/predictorAlert",
    headers: {
      "correlation-id": expect.any(String),
      "requested-acks": [],
      "content-type": "application/json",
    },
    path: "/",
    value: {
      predictor: "watch",
      version: "v3",
      alert: { on: "input-drift", above: 0.25, value: 0.1235, state: "raised", column: "speed" },
      timestamp: "2026-01-01T00:00:00.000Z",
    },
  });
});

test("an announced alert reaches the sessions of these subjects only", async () => {
  const bus = localAnnouncements();
  const told: string[] = [];
  bus.subscribe(["nginx:a", "nginx:other"], () => told.push("reader"));
  bus.subscribe(["nginx:stranger"], () => told.push("stranger"));
  const announce = alertAnnouncer({
    readersOf: async () => new Set(["nginx:a"]),
    publish: bus.publish,
    log: { warn: vi.fn() },
  });
  announce(alert);
  await new Promise((resolve) => setImmediate(resolve));

  expect(told).toEqual(["reader"]);
});

test("an alert that nobody may read is not announced, nor is one without a policy", async () => {
  const { announce, published, asked } = announcing(async () => new Set());
  announce(alert);
  announce({ ...alert, policyId: undefined });
  await asked();

  expect(published).toEqual([]);
});

test("a policy that cannot be read is only logged", async () => {
  const { announce, warn, published, asked } = announcing(() => Promise.reject(new Error("No.")));
  announce(alert);
  await asked();

  expect(warn).toHaveBeenCalledTimes(1);
  expect(published).toEqual([]);
});

test("alerts do not pile up before a policy that takes long", async () => {
  const readers = vi.fn(() => new Promise<ReadonlySet<string>>(() => undefined));
  const { announce } = announcing(readers);
  for (let i = 0; i < 5_000; i++) announce(alert);

  expect(readers).toHaveBeenCalledTimes(1_000);
});

test("who may read alerts is whom the policy grants READ on predictor:/alerts", async () => {
  const subject = (name: string) => ({ [name]: { type: "a subject" } });
  const resource = (path: string, grant: string[], revoke: string[] = []) => ({
    [`predictor:${path}`]: { grant, revoke },
  });
  const enforcer = compileEnforcer([
    { subjects: subject("nginx:all"), resources: resource("/", ["READ"]) },
    { subjects: subject("nginx:alerts"), resources: resource("/alerts", ["READ"]) },
    { subjects: subject("nginx:writes"), resources: resource("/", ["WRITE"]) },
    { subjects: subject("nginx:things"), resources: { "thing:/": { grant: ["READ"], revoke: [] } } },
    {
      subjects: subject("nginx:not-alerts"),
      resources: { ...resource("/", ["READ"]), ...resource("/alerts", [], ["READ"]) },
    },
  ]);
  const { announce, published, asked } = announcing(async () => enforcer.readersOf("predictor", ["alerts"]));
  announce(alert);
  await asked();

  expect(published[0]?.subjects).toEqual(["nginx:all", "nginx:alerts"]);
});
