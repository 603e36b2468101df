// The recorded WebSocket sessions as steps: frames sent, frames received, and HTTP requests made meanwhile.

import type { JsonValue } from "../../src/base/json/json.ts";
import { type Header, type RecordedResponse, readLines, type WireRequest } from "./recording.ts";

/** A frame is JSON, or one of the plain-text control messages. */
export type Frame = JsonValue;

/** One step of a session; `n` is the line of the recording it came from. */
export type Step = { readonly n: number } & (
  | { readonly kind: "send"; readonly frame: Frame }
  | { readonly kind: "receive"; readonly frame: Frame }
  /** `at` is when it was sent, in milliseconds since the recording began. */
  | { readonly kind: "request"; readonly request: WireRequest; readonly at: number }
  | { readonly kind: "response"; readonly response: RecordedResponse }
  | { readonly kind: "handshake"; readonly response: RecordedResponse }
  | { readonly kind: "ping" }
);

export interface Line {
  readonly note?: string;
  readonly client?: Frame;
  readonly server?: Frame;
}

/** Reads a transcript. The recorder mixed the lines of its HTTP requests into those of the socket. */
export const readTranscript = (file: string): Step[] => stepsOf(readLines(file) as Line[], 0);

/** The steps of the lines of a transcript from the index `from` on. */
export function stepsOf(lines: readonly Line[], from: number): Step[] {
  const steps: Step[] = [];
  for (let i = from; i < lines.length; i++) {
    const n = i + 1;
    const { note, client, server } = lines[i] as Line;
    const text = client ?? server;
    if (note !== undefined) {
      steps.push(...fromNote(n, note));
    } else if (isMark(text, "HTTP>>")) {
      const at = Number(/\+(\d+)ms/.exec(String(text))?.[1]);
      steps.push({ n: n + 1, kind: "request", request: requestOf(contentOf(lines[++i])), at });
    } else if (isMark(text, "HTTP<<")) {
      const head = contentOf(lines[++i]);
      const hasBody = /Content-Length: [1-9]/.test(head);
      const body = hasBody ? contentOfJson(lines[++i]) : undefined;
      steps.push({ n: n + 1, kind: "response", response: responseOf(head, body) });
    } else if (client !== undefined) {
      steps.push({ n, kind: "send", frame: client });
    } else if (server !== undefined) {
      steps.push({ n, kind: "receive", frame: server });
    }
  }
  return steps;
}

const isMark = (text: Frame | undefined, mark: string): boolean =>
  typeof text === "string" && text.startsWith(mark);

const contentOfJson = (line: Line | undefined): JsonValue => line?.server ?? line?.client ?? null;
const contentOf = (line: Line | undefined): string => String(contentOfJson(line));

function fromNote(n: number, note: string): Step[] {
  if (note.includes("PING")) return [{ n, kind: "ping" }];
  const refused = /^HANDSHAKE (\d{3}) [^|]*? (Content-Type: .*) BODY bytearray\(b'(.*)'\)$/.exec(note);
  if (!refused) return [];
  const [, status, headers, body = ""] = refused;
  return [{ n, kind: "handshake", response: responseOf(`${status} ${headers}`, bodyFrom(body)) }];
}

const bodyFrom = (text: string): JsonValue => (text.startsWith("{") ? (JSON.parse(text) as JsonValue) : text);

/** `METHOD path body {'header': 'value'}`, the last two parts possibly empty. */
function requestOf(line: string): WireRequest {
  const [, method = "", path = "", body = "", extra] =
    /^(\S+) (\S+) (.*?) ?(\{'.*'\})?$/s.exec(line.trimEnd()) ?? /^(\S+) (\S+)()/.exec(line) ?? [];
  const type = /'content-type': '([^']*)'/.exec(extra ?? "")?.[1] ?? "application/json";
  const headers = { "x-ditto-pre-authenticated": "nginx:ditto" };
  if (body === "") return { method, path, headers };
  return { method, path, headers: { ...headers, "content-type": type }, body };
}

/** `status name: value | name: value | …` */
function responseOf(head: string, body: JsonValue | undefined): RecordedResponse {
  const status = Number(head.slice(0, 3));
  const headers = head
    .slice(4)
    .split(" | ")
    .filter((part) => part.includes(": "))
    .map((part): Header => [part.slice(0, part.indexOf(": ")), part.slice(part.indexOf(": ") + 2)]);
  if (body === undefined) return { status, headers, body: { kind: "text", text: "" } };
  const isJson = headers.some(([, value]) => value.includes("json"));
  return {
    status,
    headers,
    body: isJson ? { kind: "json", json: body } : { kind: "text", text: String(body) },
  };
}
