import type { Inlet } from "./inbound.ts";

const nats = (port: number) => ({ connectionType: "nats", uri: `nats://127.0.0.1:${port}` });

/** A stream of JetStream, each message acknowledged, by a server at a port of this machine. */
export const jetStreamInlet = (port: number): Inlet => ({
  name: "JetStream",
  port,
  keeps: "for all",
  fill: "load/fill-nats.ts",
  bare: "peers/bare-jetstream.ts",
  where: (round) => ({ address: `stored.${round}`, stream: `STORED-${round}` }),
  connection: ({ stream }, source) => ({
    ...nats(port),
    sources: [{ addresses: [`stream:${stream}`], qos: 1, ...source }],
  }),
  limit: ({ bare }) => bare,
});

/** A subject of core NATS, where nothing is kept or acknowledged. */
export const natsInlet = (port: number): Inlet => ({
  name: "Core NATS",
  port,
  keeps: "nothing",
  fill: "load/fill-nats.ts",
  bare: "peers/bare-nats.ts",
  where: (round) => ({ address: `in.${round}` }),
  connection: ({ address }, source) => ({
    ...nats(port),
    sources: [{ addresses: [address], qos: 0, ...source }],
  }),
  limit: ({ bare }) => bare,
});
