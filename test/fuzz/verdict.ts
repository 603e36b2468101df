// What is wrong with an answer, whatever was asked: sentences, none where all is well.

import { parseJson } from "../../src/base/json/parse.ts";
import type { OurResponse } from "../replay/compare.ts";
import type { WireRequest } from "../replay/recording.ts";
import { isKnown } from "./error-codes.ts";
import { isOfClient } from "./live.ts";

const leaks = [
  /\n\s+at \S/,
  /node_modules/,
  /\.ts:\d/,
  /file:\/\//,
  /\b(?:Type|Range|Syntax|Reference)Error\b/,
];
const empty = new Set([202, 204, 304]);
/** Refusals that Ditto words in plain text: of routes, methods, the devops password, and URIs that are none. */
const plain = new Set([400, 401, 404, 405, 414]);

/** Judges the answer to a request; the pages about the API are no JSON. */
export function faultsOf(
  answer: OurResponse,
  { method, path }: Pick<WireRequest, "method" | "path">,
): string[] {
  const { status, body } = answer;
  const header = (wanted: string) =>
    answer.headers.find(([name]) => name.toLowerCase() === wanted)?.[1] ?? "";
  const type = header("content-type");
  const faults = leaksIn(path.startsWith("/apidoc") ? "" : body);
  if (status < 200 || status >= 500) faults.push(`status ${status}: ${body}`);
  if (method === "HEAD" || empty.has(status))
    return body === "" ? faults : [...faults, `${status} with a body`];
  if (type.startsWith("text/event-stream")) {
    faults.push(...eventFaults(body));
  } else if (type.startsWith("application/json")) {
    faults.push(...(status < 400 ? jsonFaults(body) : errorFaults(body, status)));
  } else if (status >= 300 && status < 400) {
    if (header("location") === "") faults.push(`${status} leads nowhere`);
  } else if (status < 400) {
    if (!path.startsWith("/apidoc")) faults.push(`${status} of type '${type}'`);
  } else if (!plain.has(status) || !type.startsWith("text/plain")) {
    faults.push(`${status} of type '${type}': ${body}`);
  }
  return faults;
}

/** Judges a stream that has ended: events of found things, and an error last of all, if any. */
function eventFaults(text: string): string[] {
  const events = text.split("\n\n");
  if (events.pop() !== "") return [`a broken event: ${text}`];
  return events.flatMap((event) => {
    const [data = "", id, ...more] = event.split("\n");
    const json = data.startsWith("data:") ? jsonFaults(data.slice("data:".length)) : [`no data: ${event}`];
    const isRight = more.length === 0 && (id === undefined || id.startsWith("id:"));
    return isRight ? json : [...json, `no ID: ${event}`];
  });
}

/** Judges a message that a session was sent. */
export function messageFaults(text: string): string[] {
  const faults = [...leaksIn(text), ...jsonFaults(text)];
  if (faults.length > 0) return faults;
  const message = JSON.parse(text) as Record<string, unknown>;
  for (const name of ["topic", "path"])
    if (typeof message[name] !== "string") faults.push(`no ${name}: ${text}`);
  if (typeof message.headers !== "object" || message.headers === null) faults.push(`no headers: ${text}`);
  if (faults.length > 0 || isOfClient(message)) return faults;
  const status = Number(message.status ?? 0);
  if (status >= 500) faults.push(`status ${status}: ${text}`);
  if (/\/(?:search|streaming)\/failed$/.test(String(message.topic))) return failureFaults(message.value);
  const acknowledges = /\/acks(?:\/[^/]+)?$/.test(String(message.topic));
  const fails = /\/errors$/.test(String(message.topic)) || status >= 400;
  if (fails && !acknowledges) faults.push(...errorFaults(JSON.stringify(message.value ?? null), status));
  return faults;
}

function failureFaults(value: unknown): string[] {
  const { error } = value as { readonly error: { readonly status: number } };
  const faults = errorFaults(JSON.stringify(error), error.status);
  return error.status < 500 ? faults : [...faults, `a search failed: ${JSON.stringify(error)}`];
}

const leaksIn = (text: string): string[] =>
  leaks.filter((leak) => leak.test(text)).map((leak) => `${leak} in ${text.slice(0, 500)}`);

function jsonFaults(text: string): string[] {
  try {
    parseJson(text);
    return [];
  } catch {
    return [`no JSON: ${text}`];
  }
}

/** Labels of acknowledgements stand beside one another where several were asked for. */
function errorFaults(text: string, status: number): string[] {
  const broken = jsonFaults(text);
  if (broken.length > 0) return broken;
  const error = JSON.parse(text) as Record<string, unknown> | null;
  if (status === 424) return [];
  if (typeof error !== "object" || error === null) return [`no error: ${text}`];
  const faults: string[] = [];
  if (error.status !== status) faults.push(`status ${status} with ${text}`);
  if (typeof error.error !== "string" || !isKnown(error.error, status)) faults.push(`unknown error ${text}`);
  if (typeof error.message !== "string" || error.message === "") faults.push(`no message: ${text}`);
  return faults;
}
