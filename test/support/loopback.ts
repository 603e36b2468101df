// An HTTP server of a test's own on a free port of loopback.

import { once } from "node:events";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";

/** Opens the server on a free port; gives its address, `127.0.0.1:{port}`. */
export async function listenOnLoopback(server: Server): Promise<string> {
  await once(server.listen(0, "127.0.0.1"), "listening");
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** Closes the server, whatever its clients do; resolves once it is closed. */
export async function closeOnLoopback(server: Server): Promise<void> {
  server.closeAllConnections();
  server.close();
  await once(server, "close");
}
