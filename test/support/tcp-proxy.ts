// A way to a server that can be cut, held up, or left half-open: as networks do it, not as servers do.

import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";

export interface TcpProxy extends AsyncDisposable {
  readonly port: number;
  /** Breaks all connections off, and refuses new ones until {@link heal}. */
  cut(): void;
  /** Nothing gets through any more, and nobody is told: connections stay, and new ones are accepted, until {@link heal}. */
  hold(): void;
  /** Everything takes so many milliseconds longer in each direction, until {@link heal}. */
  delay(milliseconds: number): void;
  /** Everything gets through again; what was held comes late. */
  heal(): void;
}

interface Pair {
  readonly ends: readonly [Socket, Socket];
}

/** Opens a proxy on a free port of loopback before the server on another one. */
export async function tcpProxy(target: number): Promise<TcpProxy> {
  const pairs = new Set<Pair>();
  let isCut = false;
  let isHeld = false;
  let delayMs = 0;

  function pass(from: Socket, to: Socket): void {
    from.on("data", (chunk) => {
      const write = () => {
        if (!to.destroyed) to.write(chunk);
      };
      if (delayMs > 0) setTimeout(write, delayMs);
      else write();
    });
    from.on("end", () => to.end());
    from.on("error", () => to.destroy());
    from.on("close", () => to.destroy());
  }

  const server = createServer((near) => {
    if (isCut) {
      near.resetAndDestroy();
      return;
    }
    const far = connect(target, "127.0.0.1");
    const pair: Pair = { ends: [near, far] };
    pairs.add(pair);
    near.once("close", () => pairs.delete(pair));
    near.setNoDelay(true);
    far.setNoDelay(true);
    pass(near, far);
    pass(far, near);
    if (isHeld) for (const end of pair.ends) end.pause();
  }).listen(0, "127.0.0.1");
  await once(server, "listening");

  return {
    port: (server.address() as AddressInfo).port,
    cut() {
      isCut = true;
      for (const { ends } of pairs) for (const end of ends) end.resetAndDestroy();
    },
    hold() {
      isHeld = true;
      for (const { ends } of pairs) for (const end of ends) end.pause();
    },
    delay(milliseconds) {
      delayMs = milliseconds;
    },
    heal() {
      isCut = false;
      isHeld = false;
      delayMs = 0;
      for (const { ends } of pairs) for (const end of ends) end.resume();
    },
    async [Symbol.asyncDispose]() {
      for (const { ends } of pairs) for (const end of ends) end.destroy();
      server.close();
      await once(server, "close");
    },
  };
}
