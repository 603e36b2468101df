// Paths of messages: `/{inbox|outbox}/messages/{subject}` of a thing or a feature, and `/inbox/claim` of a thing.

import type { Direction } from "../../signals/live.ts";
import { decodeSegment, encodeSegment } from "./uri.ts";

/** The box that a path is in; what identifies its owner is as it was sent. */
export interface BoxPath {
  readonly rawId: string;
  readonly rawFeatureId: string | undefined;
  readonly direction: Direction;
  /** What follows the box, with its slash; most often `/messages/` and the subject. */
  readonly rest: string;
}

const BOX = /^\/([^/]+)(?:\/features\/([^/]+))?\/(inbox|outbox)((?:\/.*)?)$/;

/** Reads a path that begins with `base`, the collection of things; `undefined` where it is in no box. */
export function boxPathOf(base: string, path: string): BoxPath | undefined {
  if (!path.includes("box", base.length)) return undefined;
  const [, rawId, rawFeatureId, box, rest = ""] = BOX.exec(path.slice(base.length)) ?? [];
  if (rawId === undefined) return undefined;
  return { rawId, rawFeatureId, direction: box === "inbox" ? "to" : "from", rest };
}

/** Whether a path is that of the claim messages of a thing. */
export const isClaimPath = ({ rawFeatureId, direction, rest }: BoxPath): boolean =>
  rawFeatureId === undefined && direction === "to" && (rest === "/claim" || rest === "/claim/");

/**
 * The subject that a path names, in percent-encoding as Ditto keeps it; empty where the path ends before it, `undefined`
 * where the path is none of messages or its escapes are malformed. A slash at its end does not count.
 */
export function subjectOf({ rest }: BoxPath): string | undefined {
  if (!rest.startsWith("/messages/")) return undefined;
  const segments = rest.slice("/messages/".length).split("/").map(normal);
  if (segments.includes(undefined)) return undefined;
  return segments.join("/").replace(/^\/|\/$/g, "");
}

/** What needs no encoding, as most subjects. */
const plain = /^[\w.~-]*$/;

/** A segment in which nothing is encoded that need not be. */
function normal(segment: string): string | undefined {
  if (plain.test(segment)) return segment;
  const decoded = decodeSegment(segment);
  return decoded === undefined ? undefined : encodeSegment(decoded);
}
