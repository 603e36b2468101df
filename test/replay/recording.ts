// What a real Ditto was asked over HTTP and what it answered, read from the recordings.

import { readFileSync } from "node:fs";
import type { JsonValue } from "../../src/base/json/json.ts";
import { lostBodies } from "./lost-bodies.ts";

/** One request of a recording and the answer it got. */
export interface Exchange {
  /** Its number in the recording, from 1. */
  readonly n: number;
  readonly name: string;
  readonly request: WireRequest;
  readonly response: RecordedResponse;
}

/** A request as it goes over the wire. */
export interface WireRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface RecordedResponse {
  readonly status: number;
  /** In the order received; absent where the recorder kept none. */
  readonly headers: readonly Header[] | undefined;
  readonly body: RecordedBody;
}

export type Header = readonly [name: string, value: string];

/** `text` is compared as it stands, `json` as JSON, `digits` as JSON whose integers keep every digit. */
export type RecordedBody =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "json"; readonly json: JsonValue }
  | { readonly kind: "digits"; readonly text: string };

interface Line {
  readonly n: number;
  readonly name: string;
  readonly request: {
    readonly method: string;
    readonly path: string;
    readonly headers: Readonly<Record<string, string>>;
    readonly body: JsonValue;
  };
  readonly response: {
    readonly status: number;
    readonly headers: readonly Header[];
    readonly body: JsonValue;
  };
}

/** Where the copies of the recordings live. */
export const fixture = (file: string): URL => new URL(`../fixtures/recorded/${file}`, import.meta.url);

/** The lines of a recording, parsed. */
export const readLines = (file: string): unknown[] =>
  readFileSync(fixture(file), "utf8")
    .split("\n")
    .filter((line) => line.trim() !== "")
    .map((line) => JSON.parse(line) as unknown);

/** The exchanges of `http.jsonl` or `http-2.jsonl`, in order. */
export function readExchanges(file: string): Exchange[] {
  return (readLines(file) as Line[]).map((line) => ({
    n: line.n,
    name: line.name,
    request: requestOf(file, line),
    response: {
      status: line.response.status,
      headers: isRawText(line.response.body) ? undefined : line.response.headers,
      body: bodyOf(line),
    },
  }));
}

/** In `http.jsonl` bodies are the texts sent, in `http-2.jsonl` the JSON they held. */
function requestOf(file: string, { n, request }: Line): WireRequest {
  const { method, path, headers } = request;
  const lost = lostBodies[file]?.[n];
  if (lost !== undefined) return { method, path, headers, body: lost };
  if (file === "http.jsonl") {
    return typeof request.body === "string"
      ? { method, path, headers, body: request.body }
      : { method, path, headers };
  }
  const hasBody = headers["content-type"] !== undefined;
  return hasBody ? { method, path, headers, body: JSON.stringify(request.body) } : { method, path, headers };
}

const isRawText = (body: JsonValue): body is { rawText: string } =>
  typeof body === "object" && body !== null && "rawText" in body;

function bodyOf({ request, response }: Line): RecordedBody {
  const { body, headers } = response;
  if (request.method === "HEAD") return { kind: "text", text: "" };
  if (isRawText(body)) return { kind: "digits", text: body.rawText };
  const type = headers.find(([name]) => name.toLowerCase() === "content-type")?.[1] ?? "";
  if (/\bjson\b/.test(type)) return { kind: "json", json: body };
  return { kind: "text", text: String(body) };
}
