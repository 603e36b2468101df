import type { DittoWebSocketTwinClient } from "@eclipse-ditto/ditto-javascript-client-node";
import type { Figures } from "./figures.ts";
import { namespace, now } from "./machine.ts";

/** Watches the events of all factories and notes how old each reading is when it comes in. */
export async function watch(client: DittoWebSocketTwinClient, figures: Figures): Promise<void> {
  const events = client.getEventsHandle();
  await events.requestEvents();
  events.subscribeToAllEvents(({ topic, path, value }) => {
    const takenAt = (value as { at?: number } | undefined)?.at;
    if (topic.startsWith(`${namespace}/`) && path.endsWith("/properties") && takenAt !== undefined) {
      figures.events.add(now() - takenAt);
    }
  });
}
