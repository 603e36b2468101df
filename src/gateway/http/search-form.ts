// The parameters of a search in a body, as a browser sends a form (`application/x-www-form-urlencoded`).

import type { IncomingMessage } from "node:http";
import { TextDecoder } from "node:util";
import { textAnswer } from "./answers.ts";
import { unsupportedMediaType } from "./errors.ts";

const malformedEscape = /%(?![\da-f]{2})/i;
const FORM = "application/x-www-form-urlencoded";

/**
 * Reads a form in the charset that its content type names, or else in UTF-8; gives the answer to one that cannot be read, or
 * is longer than `maxBytes`. Another content type is refused with `mediatype.unsupported`.
 */
export async function readForm(
  incoming: IncomingMessage,
  maxBytes: number,
): Promise<URLSearchParams | Response> {
  const contentType = incoming.headers["content-type"] ?? "";
  const [type = "", ...parameters] = contentType.split(";").map((part) => part.trim().toLowerCase());
  if (type !== FORM) throw unsupportedMediaType(type, FORM);
  const decoder = decoderFor(parameters);
  if (!decoder) return textAnswer(400, "The form is in a charset that this server does not know.");
  const text = await readText(incoming, maxBytes);
  if (text === undefined) return textAnswer(413, `The form is longer than the ${maxBytes} bytes allowed.`);
  if (malformedEscape.test(text)) return textAnswer(400, "The form holds '%' without two hex digits.");
  try {
    return new URLSearchParams(pairsOf(text, decoder));
  } catch {
    return textAnswer(400, `The form is not in the charset ${decoder.encoding}.`);
  }
}

function decoderFor(parameters: readonly string[]): TextDecoder | undefined {
  const named = parameters.find((parameter) => parameter.startsWith("charset="));
  const charset = named?.slice("charset=".length).replace(/^"(.*)"$/, "$1") ?? "utf-8";
  try {
    return new TextDecoder(charset, { fatal: true });
  } catch {
    return undefined;
  }
}

/** The body, a character a byte; `undefined` where it is too long, of which the rest is left to be thrown away. */
async function readText(incoming: IncomingMessage, maxBytes: number): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  if (Number(incoming.headers["content-length"] ?? 0) > maxBytes) return undefined;
  for await (const chunk of incoming.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > maxBytes) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("latin1");
}

function pairsOf(text: string, decoder: TextDecoder): [string, string][] {
  const decode = (part: string): string => {
    const bytes = part.replaceAll("+", " ").replace(/%([\da-f]{2})/gi, (_, hex: string) => byteOf(hex));
    return decoder.decode(Buffer.from(bytes, "latin1"));
  };
  return text
    .split("&")
    .filter((pair) => pair !== "")
    .map((pair) => {
      const equals = pair.indexOf("=");
      return equals < 0
        ? [decode(pair), ""]
        : [decode(pair.slice(0, equals)), decode(pair.slice(equals + 1))];
    });
}

const byteOf = (hex: string): string => String.fromCharCode(Number.parseInt(hex, 16));
