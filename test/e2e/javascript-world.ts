// A server on either storage, and the published Ditto JavaScript client connected to it in each way it can be.

import {
  type DittoHttpClient,
  type DittoWebSocketLiveClient,
  type DittoWebSocketTwinClient,
  Thing,
} from "@eclipse-ditto/ditto-javascript-client-node";
import { closeClient, httpClient, liveClient, twinClient } from "../../demo/ditto-clients.ts";
import { newPlace, type StorageKind } from "../campaigns/place.ts";
import type { TestServer } from "../support/server.ts";

export const storages: readonly StorageKind[] = ["pglite", "postgres"];

export interface ClientWorld extends AsyncDisposable {
  readonly server: TestServer;
  readonly http: DittoHttpClient;
  /** On the twin channel of a WebSocket. */
  readonly twin: DittoWebSocketTwinClient;
  /** On the live channel of another. */
  readonly live: DittoWebSocketLiveClient;
  /** Puts a thing with attributes and one feature, and gives its ID. */
  aThing(name: string): Promise<string>;
}

export async function openWorld(kind: StorageKind = "pglite"): Promise<ClientWorld> {
  const place = await newPlace(kind);
  const server = await place.start();
  const http = httpClient(server.url);
  const twin = await twinClient(server.url);
  const live = await liveClient(server.url);
  return {
    server,
    http,
    twin,
    live,
    aThing: async (name) => {
      const id = `org.pollux.client:${name}`;
      await http.getThingsHandle().putThing(
        Thing.fromObject({
          thingId: id,
          definition: "org.pollux:lamp:1.0.0",
          attributes: { colour: "red", location: { hall: 1, line: 2 } },
          features: { lamp: { definition: ["org.pollux:lamp:1.0.0"], properties: { on: false, level: 3 } } },
        }),
      );
      return id;
    },
    [Symbol.asyncDispose]: async () => {
      await closeClient(twin);
      await closeClient(live);
      await server[Symbol.asyncDispose]();
      await place[Symbol.asyncDispose]();
    },
  };
}
