import type { DittoWebSocketTwinClient } from "@eclipse-ditto/ditto-javascript-client-node";
import { bearing } from "./bearing.ts";
import type { Figures } from "./figures.ts";
import { namespace, now } from "./machine.ts";
import { watchFeature } from "./predictors.ts";

/** Watches the events of all factories and notes how old each reading is when it comes in, and what is predicted from it. */
export async function watch(client: DittoWebSocketTwinClient, figures: Figures): Promise<void> {
  const events = client.getEventsHandle();
  const readAt = new Map<string, number>();
  await events.requestEvents();
  events.subscribeToAllEvents(({ topic, path, value }) => {
    if (!topic.startsWith(`${namespace}/`)) return;
    const [, name = ""] = topic.split("/");
    const takenAt = (value as { at?: number } | undefined)?.at;
    if (path.endsWith("/properties") && takenAt !== undefined) {
      figures.events.add(now() - takenAt);
      if (path === `/features/${bearing}/properties`) readAt.set(name, takenAt);
    }
    const from = readAt.get(name);
    if (path === `/features/${watchFeature}` && from !== undefined) figures.predictions.add(now() - from);
  });
}
