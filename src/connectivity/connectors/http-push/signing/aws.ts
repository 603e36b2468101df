// AWS Signature Version 4.
//
// The string that is signed is built as AWS builds it; Ditto encodes `=` in values of the query twice, which AWS refuses.

import { isArray, type JsonArray, type JsonValue } from "../../../../base/json/json.ts";
import { encodeAll } from "../address.ts";
import {
  hmacSha256,
  invalid,
  isText,
  type Parameters,
  type Signable,
  type Signing,
  sha256Hex,
} from "./hmac.ts";

const ALGORITHM = "AWS4-HMAC-SHA256";
const payloadModes = ["EXCLUDED", "INCLUDED", "UNSIGNED"] as const;
type PayloadMode = (typeof payloadModes)[number];

interface Aws {
  readonly region: string;
  readonly service: string;
  readonly accessKey: string;
  readonly secretKey: string;
  /** Not for S3. */
  readonly doubleEncode: boolean;
  /** In lower case and order. */
  readonly signedHeaders: readonly string[];
  /** What `x-amz-content-sha256` says. */
  readonly payloadMode: PayloadMode;
}

const isFlag = (value: JsonValue): value is boolean => typeof value === "boolean";
const isTexts = (value: JsonValue): value is JsonArray => isArray(value) && value.every(isText);

export function awsSigning(parameters: Parameters): Signing {
  const payloadMode = payloadModeOf(parameters.optional("xAmzContentSha256", isText, "a text"));
  const named = parameters.optional("canonicalHeaders", isTexts, "an array of names") ?? ["host"];
  const signed = payloadMode === "EXCLUDED" ? named : [...named, "x-amz-content-sha256"];
  const names = signed.map((name) => String(name).trim().toLowerCase()).filter((name) => name !== "");
  const aws: Aws = {
    region: parameters.text("region"),
    service: parameters.text("service"),
    accessKey: parameters.text("accessKey"),
    secretKey: parameters.text("secretKey"),
    doubleEncode: parameters.optional("doubleEncode", isFlag, "true or false") ?? true,
    signedHeaders: [...new Set(names)].sort(),
    payloadMode,
  };
  return (request, now) => sign(aws, request, now);
}

function payloadModeOf(given: string | undefined): PayloadMode {
  const mode = payloadModes.find((candidate) => candidate === (given ?? "EXCLUDED").toUpperCase());
  if (!mode) throw invalid("xAmzContentSha256", `It must be one of ${payloadModes.join(", ")}.`);
  return mode;
}

function sign(aws: Aws, request: Signable, now: Date): Readonly<Record<string, string>> {
  const date = now.toISOString().replaceAll(/[-:]|\.\d+/g, "");
  const payload = aws.payloadMode === "UNSIGNED" ? "UNSIGNED-PAYLOAD" : sha256Hex(request.body);
  const own = {
    "x-amz-date": date,
    ...(aws.payloadMode === "EXCLUDED" ? {} : { "x-amz-content-sha256": payload }),
  };
  const scope = `${date.slice(0, 8)}/${aws.region}/${aws.service}/aws4_request`;
  const headers = { ...request.headers, host: request.host, ...own };
  const canonical = canonicalRequest(aws, request, headers, payload);
  const toSign = [ALGORITHM, date, scope, sha256Hex(canonical)].join("\n");
  const signature = hmacSha256(signingKey(aws, date), toSign).toString("hex");
  const proof = `Credential=${aws.accessKey}/${scope}, SignedHeaders=${aws.signedHeaders.join(";")}, Signature=${signature}`;
  return { ...own, authorization: `${ALGORITHM} ${proof}` };
}

const signingKey = ({ secretKey, region, service }: Aws, date: string): Buffer =>
  [date.slice(0, 8), region, service, "aws4_request"].reduce<string | Buffer>(
    hmacSha256,
    `AWS4${secretKey}`,
  ) as Buffer;

function canonicalRequest(
  { doubleEncode, signedHeaders }: Aws,
  { method, path }: Signable,
  headers: Readonly<Record<string, string>>,
  payload: string,
): string {
  const mark = path.indexOf("?");
  const segments = mark < 0 ? path : path.slice(0, mark);
  const query = mark < 0 ? "" : path.slice(mark + 1);
  const lines = signedHeaders.map(
    (name) => `${name}:${(headers[name] ?? "").trim().replaceAll(/\s+/g, " ")}\n`,
  );
  return [
    method,
    doubleEncode ? normalPath(segments) : encodedPath(segments),
    canonicalQuery(query),
    lines.join(""),
    signedHeaders.join(";"),
    payload,
  ].join("\n");
}

const encodedPath = (path: string): string =>
  path
    .split("/")
    .map((segment) => encodeAll(decoded(segment)))
    .join("/");

/** Without empty segments and dots, and encoded twice. */
function normalPath(path: string): string {
  const segments: string[] = [];
  for (const segment of path.split("/")) {
    if (segment === "..") segments.pop();
    else if (segment !== "" && segment !== ".") segments.push(encodeAll(encodeAll(decoded(segment))));
  }
  const isFolder = segments.length > 0 && /\/\.{0,2}$/.test(path);
  return `/${segments.join("/")}${isFolder ? "/" : ""}`;
}

function canonicalQuery(query: string): string {
  const pairs = query.split("&").filter((pair) => pair !== "");
  return pairs
    .map((pair) => {
      const equals = pair.indexOf("=");
      const name = equals < 0 ? pair : pair.slice(0, equals);
      const value = equals < 0 ? "" : pair.slice(equals + 1);
      return [encodeAll(decodedQuery(name)), encodeAll(decodedQuery(value))] as const;
    })
    .sort(
      ([name, value], [otherName, otherValue]) => compared(name, otherName) || compared(value, otherValue),
    )
    .map(([name, value]) => `${name}=${value}`)
    .join("&");
}

const compared = (one: string, other: string): number => (one < other ? -1 : one > other ? 1 : 0);

const decodedQuery = (text: string): string => decoded(text.replaceAll("+", " "));

/** Bytes that are no UTF-8 stay as they were written. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
