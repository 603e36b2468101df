// `/api/2/connections/**`: what a path is about.

import { checkConnectionId } from "../../../connectivity/read.ts";
import { decodeSegment } from "../uri.ts";

export const CONNECTIONS = "/api/2/connections";

const PARTS = ["command", "status", "metrics", "logs", "mapping-test"] as const;

export type ConnectionPart = (typeof PARTS)[number];

/** The collection, a mapping test without a connection, or a connection with or without what is at it. */
export type ConnectionPath = "all" | { readonly id: string; readonly part?: ConnectionPart };

export const isConnectionsPath = (path: string): boolean =>
  path === CONNECTIONS || path.startsWith(`${CONNECTIONS}/`);

/** Reads a path; `undefined` where there is nothing. Refuses a bad ID with `connectivity:connection.id.invalid`. */
export function connectionPathOf(path: string): ConnectionPath | undefined {
  const [rawId = "", rawPart, ...more] = path.slice(CONNECTIONS.length + 1).split("/");
  if (rawId === "") return rawPart === undefined ? "all" : undefined;
  const id = decodeSegment(rawId) ?? rawId;
  checkConnectionId(id);
  if (more.length > 0) return undefined;
  if (rawPart === undefined || rawPart === "") return { id };
  const part = PARTS.find((known) => known === rawPart);
  return part && { id, part };
}
