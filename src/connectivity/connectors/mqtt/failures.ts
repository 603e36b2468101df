// Why a broker turns a client away, for operators.

import type { IConnackPacket } from "mqtt-packet";
import { ConnectFailure } from "../connector.ts";

/** Return codes of MQTT 3.1.1. */
const returnCodes: Readonly<Record<number, string>> = {
  1: "it does not speak this version of MQTT",
  2: "it does not accept the client ID",
  3: "it is not available",
  4: "user name or password are wrong",
  5: "the client is not authorized",
};

/** Reason codes of MQTT 5. */
const reasonCodes: Readonly<Record<number, string>> = {
  128: "unspecified error",
  129: "malformed packet",
  130: "protocol error",
  131: "implementation specific error",
  132: "it does not speak this version of MQTT",
  133: "it does not accept the client ID",
  134: "user name or password are wrong",
  135: "not authorized",
  136: "it is not available",
  137: "it is busy",
  138: "the client is banned",
  139: "it shuts down",
  140: "it does not accept the way to authenticate",
  141: "nothing was heard of the client in time",
  142: "another client with the same ID has taken over the session",
  143: "it does not accept the topic filter",
  144: "it does not accept the topic",
  145: "packet identifier in use",
  146: "packet identifier not found",
  147: "more messages at once than it takes",
  149: "the packet is too large",
  150: "too many messages in a time",
  151: "a quota is exceeded",
  152: "administrative action",
  153: "the payload is not of the declared format",
  154: "it does not retain messages",
  155: "it does not support this QoS",
  156: "another server is to be used",
  157: "the server has moved",
  158: "it does not support shared subscriptions",
  159: "too many connections in a time",
  160: "the maximum time of a connection is over",
  161: "it does not support subscription identifiers",
  162: "it does not support wildcards in subscriptions",
};

/** Those that pass by themselves. */
const passing: ReadonlySet<number> = new Set([3, 136, 137, 139, 151, 159]);

/** A reason code of MQTT 5, or a return code of MQTT 3.1.1, in words. */
export const reasonText = (code: number): string =>
  `${reasonCodes[code] ?? returnCodes[code] ?? "unknown reason"} (code ${code})`;

/** What an answer to CONNECT refuses; undefined where it accepts. */
export function refusal(connack: IConnackPacket): ConnectFailure | undefined {
  const code = connack.reasonCode ?? connack.returnCode ?? 0;
  if (code === 0) return undefined;
  const more = connack.properties?.reasonString;
  const text = `The broker refuses the client: ${reasonText(code)}${more === undefined ? "" : `: ${more}`}.`;
  return new ConnectFailure(text, !passing.has(code));
}

/** An error of a socket before the broker has answered. */
export function socketFailure(error: unknown): ConnectFailure {
  if (error instanceof ConnectFailure) return error;
  const { message, code = "" } = error as NodeJS.ErrnoException;
  const isPassing = /^(?:ETIMEDOUT|ECONNRESET|EPIPE|EHOSTUNREACH|ENETUNREACH|EAI_AGAIN)$/.test(code);
  return new ConnectFailure(`The broker cannot be reached: ${message || code}.`, !isPassing, error);
}
