// Where messages leave a connection: one of its open clients.

import type { Connector, Publication, Published } from "../connectors/connector.ts";
import { sendingFailed } from "./errors.ts";

/** Publishes; `key` is what keeps the order: messages of one key go by one client, while the same clients are open. */
export type Publish = (key: string, publication: Publication) => Promise<Published>;

/** One client, as messages leave by it. */
export interface Exit {
  /** Publishes; rejects with `connectivity:message.sending.failed` where too many messages wait already. */
  publish(publication: Publication): Promise<Published>;
}

/** Makes the exit of a connected client by which `most` messages may be on their way. */
export function exitOf(connector: Pick<Connector, "publish">, most: number): Exit {
  let onTheirWay = 0;
  return {
    async publish(publication) {
      if (onTheirWay >= most) throw sendingFailed(`More than ${most} messages wait to be published.`);
      onTheirWay++;
      try {
        return await connector.publish(publication);
      } finally {
        onTheirWay--;
      }
    },
  };
}

/** Chooses among the exits that are open at the time. */
export function publishBy(exits: () => readonly Exit[]): Publish {
  return (key, publication) => {
    const open = exits();
    const exit = open.length === 1 ? open[0] : open[hashOf(key) % open.length];
    return exit ? exit.publish(publication) : Promise.reject(sendingFailed("The connection is not open."));
  };
}

function hashOf(text: string): number {
  let hash = 0;
  for (let i = 0; i < text.length; i++) hash = (Math.imul(hash, 31) + text.charCodeAt(i)) >>> 0;
  return hash;
}
