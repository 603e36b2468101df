// Answers in JSON, compressed where the client accepts it and it is worth the while.

import type { IncomingMessage } from "node:http";
import { promisify } from "node:util";
import { gzip } from "node:zlib";

const compress = promisify(gzip);

/** Shorter texts fit in a packet or two as they are. */
const MIN_LENGTH = 2_048;
/** Twins are repetitive: the fastest level finds most of it. */
const LEVEL = 1;

/** What caches must know of a resource that may come compressed. */
export const varies = { vary: "accept-encoding" } as const;

/** An answer with a JSON text as its body. */
export function jsonResponse(
  { headers: { "accept-encoding": accepted } }: IncomingMessage,
  status: number,
  headers: Record<string, string>,
  text: string,
): Response | Promise<Response> {
  headers["content-type"] = "application/json";
  if (text.length < MIN_LENGTH) return new Response(text, { status, headers });
  headers.vary = varies.vary;
  return acceptsGzip(accepted) ? compressed(status, headers, text) : new Response(text, { status, headers });
}

async function compressed(status: number, headers: Record<string, string>, text: string): Promise<Response> {
  const body = await compress(text, { level: LEVEL });
  headers["content-encoding"] = "gzip";
  return new Response(body, { status, headers });
}

/** Whether a list of codings (RFC 9110) names gzip, and not with the quality zero. */
export function acceptsGzip(accepted: string | undefined): boolean {
  if (accepted === undefined) return false;
  return accepted.split(",").some((coding) => {
    const [name, ...parameters] = coding.split(";").map((part) => part.trim().toLowerCase());
    return name === "gzip" && !parameters.some((parameter) => /^q=0(?:\.0*)?$/.test(parameter));
  });
}
