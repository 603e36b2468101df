// The short reason a new entry of the list of differences gets: the part of Ditto it belongs to and we do not have
// yet, else the first thing that differs.

import type { Outcome } from "./http.ts";

const unbuilt: readonly (readonly [asked: RegExp, reason: string])[] = [
  [
    / \/(overall\/)?status\b| \/stats\b| \/devops\b/,
    "status and devops resources tell of Ditto's own services",
  ],
  [/ \/api\/2\/connections/, "connections are not built yet"],
  [/ \/api\/2\/search/, "search is not built yet"],
  [/ \/api\/2\/checkPermissions/, "checkPermissions is not built yet"],
  [/ \/api\/2\/cloudevents/, "CloudEvents are not built yet"],
  [/\/(inbox|outbox)\/messages\//, "messages are not built yet"],
  [/channel=live/, "the live channel is not built yet"],
  [/requested-acks=(?!twin-persisted |\[\]| |live-response)/, "acknowledgements are not built yet"],
  [/put-metadata|get-metadata|delete-metadata|_metadata/, "metadata is not built yet"],
  [/historical/, "history is not built yet"],
  [/policy-view|\/imports|transitiveImports/, "policy imports are not built yet"],
  [/\/references|\/importable|\/allowedAdditions|\/namespaces /, "policy references are not built yet"],
  [/merge-thing-patch-conditions/, "patch conditions are not built yet"],
  [/td\+json|\.well-known\/wot/, "WoT is not built yet"],
  [/"bogus|ANNOUNCEMENTS/, "policy announcements are not built yet"],
];

/** A reason in a few words. */
export function reasonFor(outcome: Outcome): string {
  const found = unbuilt.find(([asked]) => asked.test(outcome.asked));
  return found ? found[1] : (outcome.differences[0] ?? "");
}
