// The recordings that are replayed, each with the settings of the server that answers it, and those that are not yet.

import { replayConnections } from "./connections.ts";
import { type OnExchange, type Outcome, replayHttp } from "./http.ts";
import { replaySse } from "./sse.ts";
import { replayWebSocket } from "./websocket.ts";

/** Recordings that follow one another on one server, which is empty before the first. */
export interface Sitting {
  readonly files: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/** Nobody may log in with Basic, as on the recorded server, which stood without its proxy. */
const common = {
  ENABLE_PRE_AUTHENTICATION: "true",
  DEVOPS_PASSWORD: "foobar",
  USERS: "nobody:but-this-one",
};

export const sittings: readonly Sitting[] = [
  { files: ["http.jsonl"], env: common },
  {
    files: ["http-2.jsonl"],
    env: { ...common, DEVOPS_SECURED: "false", POLICY_SUBJECT_EXPIRY_GRANULARITY: "5s" },
  },
  { files: ["ws-commands.jsonl", "ws-handshake-errors.jsonl", "ws-heartbeat.jsonl"], env: common },
  {
    files: [
      ...["ws-events.jsonl", "ws-acks.jsonl", "ws-live-messages.jsonl"],
      ...["sse-thing.jsonl", "sse-things-all.jsonl", "sse-things-ids-fields.jsonl"],
      ...["sse-things-filter-extra.jsonl", "sse-thing-attr.jsonl", "sse-messages.jsonl"],
      ...["sse-historical.jsonl", "sse-bad-filter.jsonl", "ws-search.jsonl"],
      ...["ws-policy-announcement.jsonl", "sse-policy-historical.jsonl"],
    ],
    env: common,
  },
  { files: ["sse-search.jsonl"], env: common },
  { files: ["connections-mqtt.jsonl"], env: common },
];

export interface ReplayOptions {
  readonly last?: number;
  readonly onExchange?: OnExchange;
  /** No pause of a recording is made longer than this; absent: as long as they were. */
  readonly maxPauseMs?: number;
}

/** Replays one recording. */
export const replay = (file: string, url: string, options: ReplayOptions = {}): Promise<Outcome[]> => {
  const { maxPauseMs = Number.POSITIVE_INFINITY } = options;
  if (file.startsWith("connections-")) return replayConnections(file, url);
  if (file.startsWith("ws-")) return replayWebSocket(file, url, maxPauseMs);
  return file.startsWith("sse-") ? replaySse(file, url, maxPauseMs) : replayHttp(file, url, options);
};
