import type { IConnectPacket } from "mqtt-packet";
import type { Connection } from "../../model.ts";
import { partsOf } from "../../uri.ts";
import type { MqttOptions } from "./options.ts";
import type { MqttSettings } from "./settings.ts";

export interface Introduction {
  readonly connection: Connection;
  readonly options: MqttOptions;
  readonly settings: MqttSettings;
  readonly clientId: string;
  readonly withLastWill: boolean;
}

/** How a client introduces itself to the broker. */
export function connectPacket(introduction: Introduction): IConnectPacket {
  const { connection, options, settings, clientId, withLastWill } = introduction;
  const { userName, password } = partsOf(connection.uri);
  const packet: IConnectPacket = {
    cmd: "connect",
    protocolId: "MQTT",
    protocolVersion: connection.connectionType === "mqtt-5" ? 5 : 4,
    clientId,
    // MQTT 3.1.1 knows no persistent session without an ID.
    clean: options.cleanSession || clientId === "",
    keepalive: options.keepAlive,
  };
  if (userName !== undefined) packet.username = userName;
  if (password !== undefined) packet.password = Buffer.from(password);
  if (withLastWill && options.lastWill) packet.will = options.lastWill;
  if (packet.protocolVersion === 5) packet.properties = propertiesOf(settings);
  return packet;
}

const propertiesOf = ({ sessionExpiryInterval, receiveMaximum, maxPacketBytes }: MqttSettings) => ({
  sessionExpiryInterval: Math.min(Math.floor(sessionExpiryInterval / 1000), 0xffff_ffff),
  receiveMaximum,
  maximumPacketSize: maxPacketBytes,
});
