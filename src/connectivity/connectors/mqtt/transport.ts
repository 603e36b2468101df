import type { Transport } from "../connector.ts";
import { MqttConnector } from "./connector.ts";
import type { MqttSettings } from "./settings.ts";
import { validate } from "./validate.ts";

/** MQTT 3.1.1 and 5 (connectivity-protocol-bindings-mqtt and -mqtt5 pages). Like Ditto it knows no WebSockets. */
export const mqttTransport = (settings: MqttSettings): Transport => ({
  types: ["mqtt", "mqtt-5"],
  schemes: { tcp: { isSecure: false, port: 1883 }, ssl: { isSecure: true, port: 8883 } },
  validate: (connection) => validate(connection, settings),
  connector: (parts) => new MqttConnector(parts, settings),
});
