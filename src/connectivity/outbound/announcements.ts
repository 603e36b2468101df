// What a connection announces of itself (protocol-specification-connections page).

import type { JsonObject } from "../../base/json/json.ts";

export type ConnectionAnnouncement = "opened" | "closed";

/** The announcement that a client of a connection was opened or is about to be closed, at a time in milliseconds since the epoch. */
export const connectionAnnouncement = (
  connectionId: string,
  name: ConnectionAnnouncement,
  now: number,
): JsonObject => ({
  topic: `_/${connectionId}/connections/announcements/${name}`,
  headers: { "content-type": "application/json" },
  path: "/",
  value: { [`${name}At`]: new Date(now).toISOString() },
});
