// What recorded sessions and streams found on the server before they started.

import type { WireRequest } from "./recording.ts";
import { send } from "./send.ts";

const aThing: WireRequest = {
  method: "PUT",
  path: "/api/2/things/org.golden.ws:e1",
  headers: { "x-ditto-pre-authenticated": "nginx:ditto", "content-type": "application/json" },
  body: '{"attributes":{"a":1},"features":{"f":{"properties":{"p":1}}}}',
};
const aThingThatIsFound = {
  ...aThing,
  path: `${aThing.path}?requested-acks=twin-persisted,search-persisted`,
};

const found: Readonly<Record<string, WireRequest>> = {
  "ws-events.jsonl": aThing,
  "sse-search.jsonl": aThingThatIsFound,
  "connections-mqtt.jsonl": {
    ...aThing,
    path: "/api/2/things/org.golden.mq:m1",
    body: '{"attributes":{"a":1}}',
  },
};

/** Puts it there. */
export async function setUp(file: string, url: string): Promise<void> {
  const request = found[file];
  if (request) await send(url, request);
}
