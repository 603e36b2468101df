// Says how an answer of ours differs from the recorded one; no sentence means no difference.

import { isArray, isObject, type JsonObject, type JsonValue } from "../../src/base/json/json.ts";
import type { Bindings } from "./bindings.ts";
import type { Header, RecordedBody, RecordedResponse } from "./recording.ts";

export interface OurResponse {
  readonly status: number;
  readonly headers: readonly Header[];
  readonly body: string;
}

/** Headers of the transport, which say nothing about the answer. */
const transport = new Set([
  "connection",
  "content-length",
  "date",
  "keep-alive",
  "transfer-encoding",
  "sec-websocket-accept",
  "upgrade",
]);

/** The differences in words, each starting with the place it is at. */
export function differences(recorded: RecordedResponse, ours: OurResponse, bindings: Bindings): string[] {
  const status =
    recorded.status === ours.status ? [] : [`status: ${recorded.status} recorded, ours ${ours.status}`];
  const headers = recorded.headers ? headerDifferences(recorded.headers, ours.headers, bindings) : [];
  return [...status, ...headers, ...bodyDifferences(recorded.body, ours.body, bindings)];
}

/** Names in any case, in any order; values that are JSON in a header are compared as JSON. */
function headerDifferences(
  recorded: readonly Header[],
  ours: readonly Header[],
  bindings: Bindings,
): string[] {
  const expected = headerTable(recorded);
  const actual = headerTable(ours);
  const missing = [...expected].flatMap(([name, value]) => {
    const our = actual.get(name);
    if (our === undefined) return [`header ${name}: ${value} recorded, ours none`];
    const same = bindings.matches(value, our) || sameJsonText(value, our, bindings);
    return same ? [] : [`header ${name}: ${value} recorded, ours ${our}`];
  });
  const extra = [...actual].filter(([name]) => !expected.has(name));
  return [...missing, ...extra.map(([name, value]) => `header ${name}: none recorded, ours ${value}`)];
}

const headerTable = (headers: readonly Header[]): Map<string, string> =>
  new Map(
    headers
      .map(([name, value]) => [name.toLowerCase(), value] as const)
      .filter(([name]) => !transport.has(name)),
  );

function sameJsonText(recorded: string, ours: string, bindings: Bindings): boolean {
  if (!/^[{[]/.test(recorded)) return false;
  const json = parse(ours);
  return json !== undefined && jsonDifferences(parse(recorded) ?? null, json, bindings, "").length === 0;
}

function bodyDifferences(recorded: RecordedBody, ours: string, bindings: Bindings): string[] {
  switch (recorded.kind) {
    case "text":
      return bindings.matches(recorded.text, ours) && (recorded.text === "") === (ours === "")
        ? []
        : [`body: ${clip(recorded.text) || "empty"} recorded, ours ${clip(ours) || "empty"}`];
    case "json":
      return jsonTextDifferences(recorded.json, ours, bindings);
    case "digits":
      return jsonTextDifferences(parse(keepDigits(recorded.text)) ?? null, keepDigits(ours), bindings);
  }
}

function jsonTextDifferences(recorded: JsonValue, ours: string, bindings: Bindings): string[] {
  const json = parse(ours);
  if (json === undefined) return [`body: JSON recorded, ours ${clip(ours) || "empty"}`];
  return jsonDifferences(recorded, json, bindings, "body");
}

/** Turns integers a double would round into texts. */
const keepDigits = (text: string): string => text.replaceAll(/([:[,]\s*)(-?\d{16,})(?=\s*[,\]}])/g, '$1"$2"');

function parse(text: string): JsonValue | undefined {
  try {
    return JSON.parse(text) as JsonValue;
  } catch {
    return undefined;
  }
}

/** Differences of two JSON values; the order of keys does not count, that of elements does. */
export function jsonDifferences(
  recorded: JsonValue,
  ours: JsonValue | undefined,
  bindings: Bindings,
  at: string,
): string[] {
  if (isObject(recorded) && isObject(ours)) return objectDifferences(recorded, ours, bindings, at);
  if (isArray(recorded) && isArray(ours) && recorded.length === ours.length) {
    return recorded.flatMap((element, i) => jsonDifferences(element, ours[i], bindings, `${at}/${i}`));
  }
  const same =
    typeof recorded === "string" && typeof ours === "string"
      ? bindings.matches(recorded, ours)
      : recorded === ours;
  return same ? [] : [`${at}: ${print(recorded)} recorded, ours ${print(ours)}`];
}

function objectDifferences(recorded: JsonObject, ours: JsonObject, bindings: Bindings, at: string): string[] {
  const seen = new Set<string>();
  const found = Object.entries(recorded).flatMap(([key, value]) => {
    const our = ourKey(key, ours, bindings);
    if (our === undefined) return [`${at}/${key}: ${print(value)} recorded, ours none`];
    seen.add(our);
    return jsonDifferences(value, ours[our], bindings, `${at}/${key}`);
  });
  const extra = Object.keys(ours).filter((key) => !seen.has(key));
  return [...found, ...extra.map((key) => `${at}/${key}: none recorded, ours ${print(ours[key])}`)];
}

/** The key that stands for a recorded one, which may hold a generated id. */
function ourKey(key: string, ours: JsonObject, bindings: Bindings): string | undefined {
  const translated = bindings.translate(key);
  if (Object.hasOwn(ours, translated)) return translated;
  return key === "*" ? undefined : Object.keys(ours).find((our) => bindings.matches(key, our));
}

const print = (value: JsonValue | undefined): string =>
  value === undefined ? "none" : clip(JSON.stringify(value));
const clip = (text: string): string => (text.length > 160 ? `${text.slice(0, 157)}…` : text);
