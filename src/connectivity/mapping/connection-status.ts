// The ConnectionStatus mapper: how long a device can be reached, by the headers `ttd` and `creation-time`.

import { isNamespacedId } from "../../base/ids.ts";
import type { JsonObject, JsonValue } from "../../base/json/json.ts";
import { printPath } from "../../base/json/pointer.ts";
import { headerPlaceholder, isHeaderPlaceholder } from "../../base/placeholders/header.ts";
import type { ExternalHeaders } from "../external-message.ts";
import { engineNames } from "./class-names.ts";
import { mapperOptionInvalid } from "./errors.ts";
import type { MappingEngine } from "./mapper.ts";
import { isTemplate, optionText } from "./message-values.ts";
import { blockedTypes, textOption } from "./options.ts";
import { twinCommandTopic } from "./reading.ts";

const DEFINITION = "org.eclipse.ditto:ConnectionStatus:1.0.0";
/** Until when a device can be reached that stays connected. */
const DISTANT_FUTURE = Date.UTC(9999, 11, 31, 23, 59, 59);
/** Nobody waits for an answer, or asks for it. */
const HEADERS = { "content-type": "application/json", "response-required": false, "requested-acks": [] };

export const connectionStatus: MappingEngine = {
  names: engineNames("ConnectionStatus", "ConnectionStatusMessageMapper"),
  needsDefinition: true,
  create({ options }) {
    const given = textOption(options, "thingId");
    if (given === undefined) throw mapperOptionInvalid("thingId", "It is missing.");
    if (!isTemplate(given) && !isNamespacedId(given))
      throw mapperOptionInvalid(
        "thingId",
        `'${given.slice(0, 200)}' is no ID of a thing, namespace:name, and holds no placeholder.`,
      );
    const thingId = optionText("thingId", given, isHeaderPlaceholder);
    const featureId = optionText(
      "featureId",
      textOption(options, "featureId") ?? "ConnectionStatus",
      isHeaderPlaceholder,
    );
    return {
      blocked: blockedTypes(options),
      /** What cannot be read is dropped: most messages are not about this. */
      incoming({ headers }) {
        const values = headerPlaceholder(headers);
        const message = statusOf(thingId.first(values), featureId.first(values), headers);
        return message ? [message] : [];
      },
      outgoing: () => [],
      close() {},
    };
  },
};

function statusOf(
  thingId: string | undefined,
  featureId: string | undefined,
  headers: ExternalHeaders,
): JsonObject | undefined {
  const topic = thingId === undefined ? undefined : twinCommandTopic(thingId, "modify");
  const since = wholeNumber(headers["creation-time"]);
  const ttd = wholeNumber(headers.ttd);
  if (!topic || !featureId || since === undefined || ttd === undefined || since < 0 || ttd < -1)
    return undefined;
  const readySince = instant(since);
  const readyUntil = instant(ttd === -1 ? DISTANT_FUTURE : since + ttd * 1000);
  if (readySince === undefined || readyUntil === undefined) return undefined;
  const feature = ["features", featureId];
  if (ttd === 0) return command(topic, [...feature, "properties", "status", "readyUntil"], readyUntil);
  return command(topic, feature, {
    definition: [DEFINITION],
    properties: { status: { readySince, readyUntil } },
  });
}

const command = (topic: string, path: readonly string[], value: JsonValue): JsonObject => ({
  topic,
  headers: HEADERS,
  path: printPath(path),
  value,
});

const wholeNumber = (text: string | undefined): number | undefined =>
  text !== undefined && /^[+-]?\d{1,18}$/.test(text) ? Number(text) : undefined;

/** `undefined` beyond what a date can be. */
function instant(milliseconds: number): string | undefined {
  const date = new Date(milliseconds);
  return Number.isNaN(date.getTime()) ? undefined : date.toISOString().replace(".000Z", "Z");
}
