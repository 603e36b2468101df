// The attacks, in the order in which the campaign makes them.

import type { Attack } from "./attack.ts";
import { filterBombs, giantJson, packedBodies } from "./bodies.ts";
import {
  connects,
  crumbs,
  halfClosed,
  headerBombs,
  logins,
  parameters,
  pipelines,
  slowBodies,
  slowHeaders,
} from "./connections.ts";
import { hotPolicy, hotThing } from "./hot.ts";
import {
  brokenFrames,
  deafSessions,
  deafStreams,
  fragments,
  slowMessages,
  subscriptions,
} from "./sessions.ts";

export const attacks: readonly Attack[] = [
  slowHeaders,
  slowBodies,
  crumbs,
  connects,
  halfClosed,
  headerBombs,
  parameters,
  pipelines,
  logins,
  giantJson,
  packedBodies,
  filterBombs,
  brokenFrames,
  fragments,
  slowMessages,
  subscriptions,
  deafSessions,
  deafStreams,
  hotThing,
  hotPolicy,
];
