import type { Inlet } from "./inbound.ts";

/** MQTT 3.1.1 with QoS 1, by a broker at a port of this machine. */
export const mqttInlet = (port: number): Inlet => ({
  name: "MQTT, QoS 1",
  port,
  keeps: "for subscribers",
  fill: "load/fill-mqtt.ts",
  bare: "peers/bare-mqtt.ts",
  where: (round) => ({ address: `in/${round}` }),
  connection: ({ address }, source) => ({
    connectionType: "mqtt",
    uri: `tcp://127.0.0.1:${port}`,
    sources: [{ addresses: [address], qos: 1, ...source }],
    specificConfig: { clientId: `bench-${address.replace("/", "-")}` },
  }),
  limit: ({ bare }) => bare,
});
