// Replies and refusals as one line of text, so that the door of another member prints the very same answer.

import { TwinError } from "../../base/errors.ts";
import type { JsonValue } from "../../base/json/json.ts";
import { parseStored } from "../../base/json/parse.ts";
import type { Reply } from "../../signals/reply.ts";

/** What is told beside the value, its length, a space, and the text of the value, which so is printed once only. */
export function printReply({ value, text, ...others }: Reply): string {
  const head = JSON.stringify(others);
  const body = value === undefined ? "" : (text ?? JSON.stringify(value));
  return `${head.length} ${head}${body}`;
}

/** The value is parsed when it is first asked for: most doors only pass its text on. */
export function readReply(printed: string): Reply {
  const start = printed.indexOf(" ") + 1;
  const end = start + Number(printed.slice(0, start));
  const others = parseStored(printed.slice(start, end)) as unknown as Omit<Reply, "value" | "text">;
  return end === printed.length ? others : withText(others, printed.slice(end));
}

function withText(others: Omit<Reply, "value" | "text">, text: string): Reply {
  let parsed: { readonly value: JsonValue } | undefined;
  return {
    ...others,
    text,
    get value() {
      parsed ??= { value: parseStored(text) };
      return parsed.value;
    },
  };
}

/** A refusal with all that its door tells of it. */
export const printError = ({ code, status, text, etag }: TwinError): string =>
  JSON.stringify({ code, status, text, etag });

export function readError(printed: string): TwinError {
  const { code, status, text, etag } = JSON.parse(printed) as TwinError;
  return new TwinError(code, status, text, etag);
}
