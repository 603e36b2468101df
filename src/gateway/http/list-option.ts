import { isNamespacedId } from "../../base/ids.ts";
import { searchOptionInvalid, sizeTooLarge } from "./errors.ts";

const MAX_SIZE = 200;
const DEFAULT_SIZE = 25;

/** Page size and start of a list, out of `option=size(50),cursor(…)`. */
export function readOption(option: string | undefined): { readonly size: number; readonly after: string } {
  let size = DEFAULT_SIZE;
  let after = "";
  if (option === undefined) return { size, after };
  for (const part of option.split(/,(?![^(]*\))/)) {
    const [, name, argument] = /^(size|cursor)\(([\w-]+)\)$/.exec(part.trim()) ?? [];
    if (name === "size" && /^\d+$/.test(argument as string)) size = Number(argument);
    else if (name === "cursor") after = idOf(argument as string, option);
    else throw searchOptionInvalid(option);
  }
  if (size < 1 || size > MAX_SIZE) throw sizeTooLarge(size);
  return { size, after };
}

/** The ID that a cursor goes on after; what no page has given is refused, and does not reach the database. */
function idOf(cursor: string, option: string): string {
  const id = Buffer.from(cursor, "base64url").toString();
  if (!isNamespacedId(id)) throw searchOptionInvalid(option);
  return id;
}
