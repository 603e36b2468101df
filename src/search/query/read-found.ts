// Found things as their callers are told of them.

import type { Path } from "../../base/json/pointer.ts";
import type { ReadThings } from "../search.ts";

/** Whether nothing but the ID of each thing is wanted. */
export const isIdOnly = (fields: readonly Path[] | undefined): boolean =>
  fields !== undefined &&
  fields.length > 0 &&
  fields.every((path) => path.length === 1 && path[0] === "thingId");

/**
 * Reads found things, but where their IDs are all that is wanted: the index knows these, so as in Ditto they are told as
 * it found them, and headers that ask something of each read, such as a condition, are not looked at.
 */
export const readFound =
  (read: ReadThings): ReadThings =>
  async (ids, how) =>
    isIdOnly(how.fields) ? ids.map(idOnly) : read(ids, how);

const idOnly = (id: string) => ({ id, text: JSON.stringify({ thingId: id }) });
