// What the document lets clients send, against what the server takes.

import { expect, test } from "vitest";
import { TwinError } from "../../src/base/errors.ts";
import { awaitedOverHttp } from "../../src/dispatch/acks/awaited.ts";
import { isResolved } from "../../src/dispatch/policy-view.ts";
import { readOption } from "../../src/gateway/http/list-option.ts";
import { messageTimeoutMs } from "../../src/gateway/http/message-timeouts.ts";
import { openApiDocument } from "../../src/gateway/openapi/document.ts";
import type { Parameter, Schema } from "../../src/gateway/openapi/openapi.ts";
import { parseHeader } from "../../src/protocol/headers.ts";
import type { Message } from "../../src/signals/live.ts";
import { parseMetadataHeaders } from "../../src/things/metadata/headers.ts";
import { wireAjv } from "../support/wire-schemas.ts";

const { parameters, schemas } = openApiDocument().components;
const ajv = wireAjv();
ajv.addVocabulary(["components"]);
ajv.addSchema({ $id: "document", components: { schemas } });

const isTold = (name: string, text: string): boolean =>
  ajv.validate((parameters[name] as Parameter).schema as Schema, text);

const isTaken = (read: () => unknown): boolean => {
  try {
    read();
    return true;
  } catch (error) {
    if (error instanceof TwinError) return false;
    throw error;
  }
};

const claim: Message = {
  says: "message",
  id: "org.acme:lamp",
  direction: "to",
  subject: "claim",
  headers: {},
  auth: { subjects: ["nginx:ditto"] },
};

type Row = readonly [name: string, take: (text: string) => unknown, texts: readonly string[]];
const rows: readonly Row[] = [
  [
    "option",
    readOption,
    [
      "size(1)",
      "size(200)",
      "cursor(b3JnLmFjbWU6YQ)",
      "size(50),cursor(b3JnLmFjbWU6YQ)",
      "cursor(b3JnLmFjbWU6YQ),size(9)",
    ].concat(["size(0)", "size(201)", "", "size(1),", "size(1) cursor(a)", "cursor()", "sort(x)"]),
  ],
  [
    "correlation-id",
    (text) => parseHeader("correlation-id", text),
    ["a", " ~", "x".repeat(3_000), "", "\u00fc", "a\tb"],
  ],
  ["policy-view", isResolved, ["original", "resolved", "other"]],
  [
    "timeout",
    (timeout) => awaitedOverHttp({ kind: "policy", action: "retrieve", headers: { timeout } }),
    ["1", "60", "10s", "60s", "1m", "1ms", "999ms", "9999ms", "10000ms", "60000ms", "007s"].concat([
      "61",
      "99s",
      "2m",
      "60001ms",
      "70000ms",
      "100000ms",
      "-1",
      "",
      "10x",
      "1.5s",
    ]),
  ],
  [
    "claim_timeout",
    (timeout) => messageTimeoutMs({ ...claim, headers: { timeout } }),
    ["1", "600", "600s", "10m", "9m", "1ms", "599999ms", "600000ms", "601", "999s", "11m", "-1", "", "1h"],
  ],
  [
    "if-match",
    (text) => parseHeader("if-match", text),
    ["*", '"rev:1"', 'W/"a"', '"a", W/"b"', "", "rev:1", '"a" "b"'],
  ],
];

test.each(rows)("%s: the document takes what the server takes", (name, take, texts) => {
  expect(texts.map((text) => [text, isTold(name, text)])).toEqual(
    texts.map((text) => [text, isTaken(() => take(text))]),
  );
});

test.each(["get-metadata", "delete-metadata"])("%s may select in parentheses", (name) => {
  const text = "attributes(location/city,owner),features/*";

  expect(isTold(name, text)).toBe(true);
  expect(isTaken(() => parseMetadataHeaders({ [name]: text }))).toBe(true);
});
