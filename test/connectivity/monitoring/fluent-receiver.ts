// A Fluentd for tests: speaks the forward protocol, and keeps what it is told.

import { type AddressInfo, createServer, type Socket } from "node:net";
import { type EventTime, FluentServer, type FluentServerOptions } from "@fluent-org/logger";

export interface ReceivedEntry {
  readonly tag: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly record: Readonly<Record<string, unknown>>;
}

export class FluentReceiver extends FluentServer {
  readonly entries: ReceivedEntry[] = [];

  get messages(): readonly unknown[] {
    return this.entries.map(({ record }) => record.message);
  }

  protected override onEntry(tag: string, time: number | EventTime, record: ReceivedEntry["record"]): void {
    const at = typeof time === "number" ? time * 1000 : time.epoch * 1000 + time.nano / 1e6;
    this.entries.push({ tag, at, record });
  }
}

/** Starts one on the port, or on a free one. */
export async function fluentReceiver(
  port = 0,
  more: Partial<FluentServerOptions> = {},
): Promise<FluentReceiver & { readonly port: number }> {
  const receiver = new FluentReceiver({ listenOptions: { port, host: "127.0.0.1" }, ...more });
  await receiver.listen();
  return receiver as FluentReceiver & { readonly port: number };
}

/** Takes connections, and reads nothing until it is told to. */
export async function silentReceiver(): Promise<{
  readonly port: number;
  readonly sockets: readonly Socket[];
  close(): void;
}> {
  const sockets: Socket[] = [];
  const server = createServer((socket) => {
    socket.pause();
    socket.on("error", () => undefined);
    sockets.push(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    port: (server.address() as AddressInfo).port,
    sockets,
    close() {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}
