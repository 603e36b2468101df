// What the status of an answer means, and its body as JSON.

import { promisify } from "node:util";
import * as zlib from "node:zlib";
import type { TwinError } from "../../../base/errors.ts";
import { getKey, isObject, type JsonValue } from "../../../base/json/json.ts";
import { parseJson } from "../../../base/json/parse.ts";
import { ModelFault } from "../scoring.ts";
import { badOutput, ServerFault } from "./faults.ts";
import type { Answer } from "./reading.ts";

/** The server is there, but not able to answer now. */
const PASSING: ReadonlySet<number> = new Set([408, 429, 502, 503, 504]);

/** Longer texts of servers are cut. */
const MAX_WORDS = 300;
/** Longer bodies of errors are not read for what they say. */
const MAX_ERROR_BYTES = 65_536;

export type Masked = (text: string) => string;

/** Throws a {@link ServerFault} where the server says that it is not well: 408, 429, and all from 500 on. */
export async function checkWell(answer: Answer, masked: Masked): Promise<void> {
  const { status } = answer;
  const mayPass = PASSING.has(status);
  if (!mayPass && status < 500) return;
  const afterMs = mayPass ? retryAfter(answer) : 0;
  const reason = status === 429 ? "overloaded" : "unavailable";
  throw new ServerFault(reason, await sentenceOf(answer, masked), { mayPass, afterMs });
}

/** The body of an answer that is a success; throws a {@link ModelFault} where it is none, or no JSON. */
export async function jsonOf(answer: Answer, maxBytes: number, masked: Masked): Promise<JsonValue> {
  const { status, headers } = answer;
  if (status < 200 || status > 299) throw new ModelFault("refused", await sentenceOf(answer, masked));
  const text = await textOf(answer, maxBytes);
  if (text.trim() === "") throw badOutput(`answers ${status} with nothing, where JSON was expected`);
  try {
    return parseJson(text);
  } catch (error) {
    const { description = "" } = (error as TwinError).text;
    throw badOutput(`answers with ${kindOf(text, headers["content-type"])}: ${masked(description)}`);
  }
}

/** What was sent instead of JSON. */
function kindOf(text: string, type: string | string[] | undefined): string {
  if (/^\s*</.test(text) || /html/i.test(String(type))) return "a page of HTML instead of JSON";
  if (/[[,:]\s*-?(?:NaN|Infinity)\b/.test(text)) return "NaN or Infinity, which are no JSON";
  return "something that is no JSON which can be taken";
}

async function sentenceOf(answer: Answer, masked: Masked): Promise<string> {
  const { status } = answer;
  if (status >= 300 && status < 400)
    return `The server of the model answers ${status}: redirects are not followed.`;
  const words = await wordsOf(answer);
  return `The server of the model answers ${status}${words === "" ? "" : `: ${masked(words)}`}.`;
}

/** What an error says: `error` as the protocols have it, or what servers in Python put into `detail` or `message`. */
async function wordsOf(answer: Answer): Promise<string> {
  const said = await textOf(answer, MAX_ERROR_BYTES)
    .then(parseJson)
    .catch(() => undefined);
  if (!isObject(said)) return "";
  const words = getKey(said, "error") ?? getKey(said, "detail") ?? getKey(said, "message") ?? "";
  const text = typeof words === "string" ? words : JSON.stringify(words);
  return text
    .replaceAll(/[\p{Cc}\s]+/gu, " ")
    .trim()
    .slice(0, MAX_WORDS)
    .replace(/\.$/, "");
}

type Unpack = (bytes: Buffer, options: { maxOutputLength: number }) => Promise<Buffer>;

const unpackings: Readonly<Record<string, Unpack>> = {
  gzip: promisify<Buffer, zlib.ZlibOptions, Buffer>(zlib.gunzip),
  "x-gzip": promisify<Buffer, zlib.ZlibOptions, Buffer>(zlib.gunzip),
  deflate: promisify<Buffer, zlib.ZlibOptions, Buffer>(zlib.inflate),
  br: promisify<Buffer, zlib.BrotliOptions, Buffer>(zlib.brotliDecompress),
  zstd: promisify<Buffer, zlib.ZstdOptions, Buffer>(zlib.zstdDecompress),
  identity: async (bytes) => bytes,
};

const utf8 = new TextDecoder("utf-8", { fatal: true });

/** Never more than so many bytes, however small they are packed. */
async function textOf({ bytes, headers }: Answer, maxBytes: number): Promise<string> {
  const encoding = String(headers["content-encoding"] ?? "identity")
    .trim()
    .toLowerCase();
  const unpack = Object.hasOwn(unpackings, encoding) ? unpackings[encoding] : undefined;
  if (!unpack) throw badOutput("answers in an encoding that was not asked for");
  if (bytes.length > maxBytes) throw tooLong(maxBytes);
  const plain = await unpack(bytes, { maxOutputLength: maxBytes }).catch((error: NodeJS.ErrnoException) => {
    throw error.code === "ERR_BUFFER_TOO_LARGE"
      ? tooLong(maxBytes)
      : badOutput("answers with bytes that cannot be unpacked");
  });
  try {
    return utf8.decode(plain);
  } catch {
    throw badOutput("answers with text that is no UTF-8");
  }
}

const tooLong = (maxBytes: number): ModelFault => badOutput(`answers with more than ${maxBytes} bytes`);

/** Milliseconds, of seconds or of a date; 0 where nothing is said. */
function retryAfter({ headers }: Answer): number {
  const text = String(headers["retry-after"] ?? "").trim();
  if (/^\d{1,9}$/.test(text)) return Number(text) * 1000;
  const date = Date.parse(text);
  return Number.isNaN(date) ? 0 : Math.max(0, date - Date.now());
}
