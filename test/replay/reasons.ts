// The short reason a new entry of the list of differences gets: the part of Ditto it belongs to and we do not have
// yet, else what the differences have in common, else the first of them.

import type { Outcome } from "./http.ts";

const unbuilt: readonly (readonly [said: RegExp, reason: string])[] = [
  [/ \/(overall\/)?status\b/, "the status tells of one process, not of Ditto's services"],
  [/ \/metrics\b/, "metrics are an addition"],
  [/ \/stats\b| \/devops\b/, "statistics and devops commands are not built yet"],
  [/ \/api\/2\/connections/, "connections are not built yet"],
  [/ \/api\/2\/cloudevents/, "CloudEvents are not built yet"],
  [/\/(inbox|outbox)\/messages\//, "messages are not built yet"],
  [/channel=live/, "the live channel is not built yet"],
  [/td\+json|\.well-known\/wot/, "WoT is not built yet"],
  [/streaming\//, "streams of persisted events are not built yet"],
  [/START-SEND-EVENTS\?/, "filters of events are not built yet"],
];

const common: readonly (readonly [each: RegExp, reason: string])[] = [
  [/^header (correlation-id|ditto-originator): .* ours none$/, "the error lacks headers of the request"],
  [/^(header (entity-revision|etag):|body(\/|:(?! JSON| empty)))/, "follows from an earlier difference"],
  [/^message\/headers\/(x-ditto-pre-authenticated|host):/, "events lack the HTTP headers of their cause"],
];

/** A reason in a few words. */
export function reasonFor({ asked, name, differences }: Outcome): string {
  const said = `${asked} ${name}`;
  const part =
    unbuilt.find(([pattern]) => pattern.test(said)) ??
    common.find(([pattern]) => differences.every((difference) => pattern.test(difference)));
  return part ? part[1] : (differences[0] ?? "");
}
