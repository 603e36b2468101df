// What a sender says the SHA-256 of a body is: in `Content-Digest` or `Repr-Digest` (RFC 9530), in the older `Digest` (RFC 3230), or as
// hexadecimal digits in the query.

import type { IncomingMessage } from "node:http";
import { headerInvalid } from "../../../base/header-invalid.ts";
import { parameterInvalid, textOf } from "../query-values.ts";
import type { Target } from "../uri.ts";

/** Where among the members of a header the base64 is. */
const headers = {
  "content-digest": /(?:^|,)\s*sha-256\s*=\s*:([^:,]*):/i,
  "repr-digest": /(?:^|,)\s*sha-256\s*=\s*:([^:,]*):/i,
  digest: /(?:^|,)\s*sha-256\s*=\s*([^,]*)/i,
} as const;
const names = Object.keys(headers) as readonly (keyof typeof headers)[];

/** As hexadecimal digits; `undefined` where nothing is said of it. What is no SHA-256, or contradicts itself, is refused. */
export function checksumOf({ headers: sent }: IncomingMessage, target: Target): string | undefined {
  const given = names.map((name) => [name, fromHeader(name, sent[name])] as const);
  const told = [...given, ["checksum", fromQuery(target)] as const].filter(([, hex]) => hex !== undefined);
  for (const [name, hex] of told)
    if (hex !== told[0]?.[1]) throw invalid(name, "It contradicts another checksum.");
  return told[0]?.[1];
}

function fromHeader(name: keyof typeof headers, value: string | string[] | undefined): string | undefined {
  const text = value === undefined ? "" : String(value);
  if (!/(?:^|,)\s*sha-256\s*=/i.test(text)) return undefined; // other digests are not looked at
  const bytes = Buffer.from(headers[name].exec(text)?.[1] ?? "", "base64");
  if (bytes.length !== 32) throw invalid(name, "Its member sha-256 is not the base64 of 32 bytes.");
  return bytes.toString("hex");
}

const invalid = (name: string, description: string) =>
  headerInvalid(name, { message: `The checksum in '${name}' is not valid.`, description });

function fromQuery(target: Target): string | undefined {
  const text = textOf(target, "checksum");
  if (text === undefined) return undefined;
  const hex = /^(?:sha-?256:)?([0-9a-f]{64})$/i.exec(text)?.[1];
  if (hex === undefined)
    throw parameterInvalid("checksum", text, "the SHA-256 of the file, as 64 hexadecimal digits");
  return hex.toLowerCase();
}
