// Announcements go to the subscribers of all members, and what these acknowledge to the owner of the policy, who waits for it.

import type { JsonObject } from "../../base/json/json.ts";
import { parseStored } from "../../base/json/parse.ts";
import { recent } from "../../base/recent.ts";
import type { Cluster } from "../../cluster/cluster.ts";
import { announcementOfJson, incomingAckOfJson, plainJson } from "../../protocol/wire-signals.ts";
import type { IncomingAck } from "../../signals/incoming-ack.ts";
import type { AnnouncementBus } from "../announcements.ts";

/** Announcements that are told apart from those which come a second time. */
const REMEMBERED = 10_000;

/** Makes the bus of a cluster on top of that of this member. */
export function clusteredAnnouncements(cluster: Cluster, local: AnnouncementBus): AnnouncementBus {
  if (cluster.isAlone) return local;
  const known = recent<true>(REMEMBERED);
  let count = 0;

  cluster.wire.onRequest("announce.published", async (payload, from) => {
    const { number, announcement } = parseStored(payload) as JsonObject;
    const key = `${from} ${number as number}`;
    if (!known.get(key)) {
      known.put(key, true);
      local.publish(announcementOfJson(announcement));
    }
    return "";
  });

  return {
    subscribe: local.subscribe,
    publish(announcement) {
      local.publish(announcement);
      if (cluster.members.length < 2) return;
      const payload = JSON.stringify({ number: count++, announcement: plainJson(announcement) });
      cluster.wire.requestAll("announce.published", payload).catch(() => undefined); // the process stops
    },
  };
}

/** Passes acknowledgements of announcements on to the owner of their policy; `take` is what he does with them. */
export function clusteredAnnouncementAcks(
  cluster: Cluster,
  take: (ack: IncomingAck) => void,
): (ack: IncomingAck) => void {
  if (cluster.isAlone) return take;
  cluster.wire.onTold("announce.ack", (payload) => take(incomingAckOfJson(parseStored(payload))));
  return (ack) => {
    if (cluster.owns(ack.id)) take(ack);
    else cluster.wire.tell(cluster.ownerOf(ack.id), "announce.ack", JSON.stringify(plainJson(ack)));
  };
}
