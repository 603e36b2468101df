// Clients of connections go from one member of a cluster to another as these come and go.

import type { Cluster } from "../cluster/cluster.ts";
import type { ConnectionStore } from "./connection-store.ts";
import type { Links } from "./lifecycle/links.ts";
import type { Connection } from "./model.ts";
import { type OpeningPace, openInTurn } from "./opening.ts";

export interface PlacingParts {
  readonly links: Links;
  readonly openingPace: OpeningPace;
  readonly cluster?: Cluster;
}

/** What the member that a client of a connection is on is found by. */
export const clientKey = (connectionId: string, index: number): string => `${connectionId}/${index}`;

/**
 * From now on this member closes the clients that are to be on others before these open them, opens those that others have let go, and
 * closes all of its own while its lease does not hold. The function ends that.
 */
export function placeClients(
  store: ConnectionStore,
  { links, cluster, openingPace }: PlacingParts,
): () => void {
  if (!cluster || cluster.isAlone) return () => undefined;
  let isOver = false;
  let endOpening = () => {};

  const wanted = (id: string) => (): Connection | undefined => {
    const connection = store.get(id)?.connection;
    return connection?.connectionStatus === "open" ? connection : undefined;
  };
  const place = (id: string): Promise<void> => links.place(id, wanted(id));
  const isToBeHere = ({ id, connectionStatus, clientCount }: Connection): boolean =>
    connectionStatus === "open" &&
    Array.from({ length: clientCount }).some((_, index) => cluster.mayServe(clientKey(id, index)));
  const idsThat = (isMeant: (connection: Connection) => boolean): readonly string[] =>
    store.connections().flatMap(({ connection }) => (isMeant(connection) ? [connection.id] : []));
  const isOpenHere = ({ id }: Connection): boolean => links.views(id) !== undefined;

  /** What is open here changes at once; of what is not, some are opened at a time. */
  async function placeAll(): Promise<void> {
    const changed = Promise.all(idsThat(isOpenHere).map(place));
    endOpening();
    const missing = idsThat((connection) => !isOpenHere(connection) && isToBeHere(connection));
    endOpening = openInTurn(missing, (id) => void place(id), { ...openingPace, delayMs: 0 });
    await changed;
  }

  /** The lease may run out without anybody telling. */
  async function follow(): Promise<void> {
    while (!isOver) {
      await cluster?.nextChange();
      if (!isOver) await placeAll();
    }
  }

  const unwatch = cluster.watch({
    release: () => placeAll(),
    acquired: () => void placeAll(),
    renewed: () => void placeAll(),
  });
  void follow();

  return () => {
    isOver = true;
    unwatch();
    endOpening();
  };
}
