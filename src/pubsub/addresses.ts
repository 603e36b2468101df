// What signals are about, as texts by which those are found who want to be told of just that: the ID of a thing, or one of its
// boxes of messages.

import type { Message } from "../signals/live.ts";
import { isMessage, type Signal } from "./said.ts";

/** The messages to or from a thing or a feature; without a subject, of any. */
export type Box = Pick<Message, "id" | "featureId" | "direction"> & { readonly subject?: string };

/** The address of a box. It is no ID. */
export const addressOfBox = ({ id, featureId, direction, subject }: Box): string =>
  JSON.stringify([id, featureId ?? null, direction, subject ?? null]);

/** All addresses that a signal is told at. */
export function addressesOf(signal: Signal): readonly string[] {
  if (!isMessage(signal)) return [signal.id];
  const { id, featureId, direction } = signal;
  const box = { id, direction, ...(featureId !== undefined && { featureId }) };
  return [id, addressOfBox(box), addressOfBox(signal)];
}
