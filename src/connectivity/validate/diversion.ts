// Response diversion: which connections hand on answers, and to whom (connectivity-response-diversion page).

import { connectionInvalid } from "../errors.ts";
import type { Connection } from "../model.ts";
import { checkConnectionId } from "../read.ts";
import { configuring } from "./named.ts";

const TO = "divert-response-to-connection";
const TYPES = "divert-expected-response-types";
const SOURCES = "authorized-connections-as-sources";
const responseTypes: ReadonlySet<string> = new Set(["response", "error", "nack"]);

/** Refuses diversion to nowhere or to itself, of unknown responses, and targets with topics where diverted answers arrive. */
export function checkDiversion(connection: Connection): void {
  const { specificConfig, sources } = connection;
  sources.forEach(({ headerMapping }, i) => {
    const field = `/sources/${i}/headerMapping`;
    if (isSet(connection, "is-diversion-source")) checkTypes(headerMapping[TYPES], `${field}/${TYPES}`);
    checkReceiver(connection, headerMapping[TO], `${field}/${TO}`);
  });
  if (!isSet(connection, "is-diversion-target")) return;
  for (const id of listOf(specificConfig[SOURCES]))
    configuring(`/specificConfig/${SOURCES}`, () => checkConnectionId(id));
  connection.targets.forEach(({ topics }, i) => {
    if (topics.length > 0)
      throw connectionInvalid(
        `/targets/${i}/topics`,
        "Where diverted responses arrive, targets have no topics.",
      );
  });
}

const isSet = ({ specificConfig }: Connection, option: string): boolean =>
  specificConfig[option]?.toLowerCase() === "true";

const listOf = (text = ""): readonly string[] =>
  text
    .split(",")
    .map((part) => part.trim())
    .filter((part) => part !== "");

function checkTypes(text: string | undefined, field: string): void {
  const unknown = listOf(text).find((type) => !responseTypes.has(type));
  if (unknown !== undefined)
    throw connectionInvalid(field, `'${unknown}' is none of ${[...responseTypes].join(", ")}.`);
}

function checkReceiver({ id }: Connection, receiver: string | undefined, field: string): void {
  if (receiver === undefined) return;
  configuring(field, () => checkConnectionId(receiver));
  if (receiver === id)
    throw connectionInvalid(field, "Responses come to the connection of the command anyway.");
}
