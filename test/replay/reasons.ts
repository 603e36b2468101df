// The short reason a new entry of the list of differences gets: what is known of the part of Ditto it belongs to, else what the differences have in common, else the first of them.

import type { Outcome } from "./http.ts";

const parts: readonly (readonly [said: RegExp, reason: string])[] = [
  [/\/connections\/\S+\/status/, "the addresses of a connection are opened after its client, not before"],
  [/\/connections\/\S+\/logs|MQTT subscriber/, "what may be compressed says so (`vary`)"],
  [/ \/(overall\/)?status\b/, "the status tells of one process, not of Ditto's services"],
  [/ \/metrics\b/, "metrics are an addition"],
  [/ \/stats\b/, "numbers of entities in memory differ"],
  [/ \/devops\/logging\b/, "the loggers are this server's parts"],
  [/ \/(alive|ready)\b/, "an addition: Ditto has it at its port for management only"],
  [/ \/api\/2\/cloudevents/, "structured CloudEvents are taken, as Ditto's pages promise"],
  [
    /text\/event-stream/,
    "the recorded stream did not receive yet: Ditto's subscriptions take effect after 3 s",
  ],
  [/td\+json|\.well-known\/wot/, "WoT is not built yet"],
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
    parts.find(([pattern]) => pattern.test(said)) ??
    common.find(([pattern]) => differences.every((difference) => pattern.test(difference)));
  return part ? part[1] : (differences[0] ?? "");
}
