// Closing a connection whose mappers take their time.

import { expect, test } from "vitest";
import { textPayload } from "../../../src/connectivity/external-message.ts";
import { eventOf } from "../../pubsub/world.ts";
import { mappingsWith, targetOf } from "../world.ts";
import { bridge, lastOf, type Options, worldOf } from "./world.ts";

const target = targetOf({ issuedAcknowledgementLabel: "bridge:mine", payloadMapping: ["slow"] });
const event = eventOf("modified", "/attributes/a", 5, {
  "correlation-id": "c",
  "requested-acks": ["bridge:mine"],
});

/** Closes a connection that has three events to map, each in so many milliseconds. */
async function closed(ms: number, options: Options = {}) {
  const slow = {
    outgoing() {
      const end = performance.now() + ms;
      while (performance.now() < end);
      return [{ headers: {}, payload: textPayload("slow") }];
    },
  };
  const world = worldOf({ ...options, mappings: () => mappingsWith({ slow }) });
  await world.all.open(bridge({ targets: [target] }));
  for (let i = 0; i < 3; i++) world.publish(event);
  await world.all.close("bridge", "none");
  return {
    published: lastOf(world.clients).published.length,
    statuses: world.onAck.mock.calls.map(([{ status }]) => status),
    weak: world.weakAck.mock.calls,
  };
}

test("what waits for slow mappers still goes out", async () => {
  expect(await closed(30)).toEqual({ published: 3, statuses: [204, 204, 204], weak: [] });
});

test("what has not gone out in time is acknowledged as failed", async () => {
  const after = await closed(100, { shutdownTimeoutMs: 20 });

  expect(after).toEqual({ published: 1, statuses: [204, 503, 503], weak: [] });
});
