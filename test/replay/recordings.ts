// The recordings that are replayed, each with the settings of the server that answers it, and those that are not yet.

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
  {
    files: ["ws-commands.jsonl", "ws-events.jsonl", "ws-handshake-errors.jsonl", "ws-heartbeat.jsonl"],
    env: common,
  },
  { files: ["ws-policy-announcement.jsonl"], env: common },
  { files: ["ws-search.jsonl", "sse-search.jsonl"], env: common },
];

export const notYetReplayed: readonly string[] = [
  "connections-mqtt.jsonl",
  "sse-bad-filter.jsonl",
  "sse-historical.jsonl",
  "sse-messages.jsonl",
  "sse-policy-historical.jsonl",
  "sse-thing-attr.jsonl",
  "sse-thing.jsonl",
  "sse-things-all.jsonl",
  "sse-things-filter-extra.jsonl",
  "sse-things-ids-fields.jsonl",
  "ws-acks.jsonl",
  "ws-live-messages.jsonl",
];

/** Replays one recording. */
export const replay = (
  file: string,
  url: string,
  options: { last?: number; onExchange?: OnExchange } = {},
): Promise<Outcome[]> => {
  if (file.startsWith("ws-")) return replayWebSocket(file, url);
  return file.startsWith("sse-") ? replaySse(file, url) : replayHttp(file, url, options);
};
