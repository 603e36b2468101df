import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { printAnnouncement } from "../../src/protocol/announcement.ts";
import type { PolicyAnnouncement } from "../../src/signals/policy-announcement.ts";

const file = new URL("../fixtures/recorded/ws-policy-announcement.jsonl", import.meta.url);
const recorded = readFileSync(file, "utf8")
  .trim()
  .split("\n")
  .map((line) => JSON.parse(line).server)
  .find((message) => message?.topic !== undefined);

const announced: PolicyAnnouncement = {
  policyId: "org.golden.ws:e1",
  name: "subjectDeletion",
  value: recorded.value,
  subjects: recorded.value.subjectIds,
  headers: { "correlation-id": recorded.headers["correlation-id"] },
};

test("an announcement is printed as Ditto does, letter by letter", () => {
  expect(printAnnouncement(announced)).toBe(JSON.stringify(recorded));
});

test("its headers are told, and the acknowledgements that it requests", () => {
  const headers = { "correlation-id": "c", "requested-acks": ["my-ack"], timeout: "10s" };

  expect(JSON.parse(printAnnouncement({ ...announced, headers })).headers).toEqual({
    ...headers,
    "content-type": "application/json",
  });
});

test("an alert of a predictor is printed in the form of Ditto's announcements", () => {
  const value = { predictor: "watch", version: "1" };

  expect(JSON.parse(printAnnouncement({ ...announced, name: "predictorAlert", value }))).toEqual({
    ...recorded,
    topic: "org.golden.ws/e1/policies/announcements/predictorAlert",
    value,
  });
});
