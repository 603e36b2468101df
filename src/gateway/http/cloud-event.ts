// CloudEvents 1.0 by HTTP: in binary mode attributes are headers and the body is the data, in structured mode the body
// is the event in JSON. Nothing but the data and what it is said to be counts here.

import { isUtf8 } from "node:buffer";
import type { IncomingHttpHeaders } from "node:http";
import { TwinError } from "../../base/errors.ts";
import { readInstant } from "../../base/instant.ts";
import { invalidJson } from "../../base/json/errors.ts";
import { isObject, type JsonObject, type JsonValue } from "../../base/json/json.ts";
import { parseJson } from "../../base/json/parse.ts";
import {
  cloudEventPayloadMissing,
  cloudEventSchemaUnsupported,
  cloudEventUnparsable,
} from "./cloud-event-errors.ts";
import { unsupportedMediaType } from "./errors.ts";
import { OCTET_STREAM } from "./media-type.ts";

/** What counts of an event; `data` parses its data, and is absent where it has none. */
interface CloudEvent {
  readonly contentType: string;
  readonly schema: string | undefined;
  readonly data: (() => JsonValue) | undefined;
}

/** An attribute of an event by its name. */
type Attribute = (name: string) => JsonValue | undefined;

const STRUCTURED = "application/cloudevents+json";
const dataTypes = ["application/json", "application/vnd.eclipse.ditto+json"];
const versions: readonly (JsonValue | undefined)[] = ["1.0", "0.3"];

/**
 * The JSON data of the event that a request is. Refuses with `cloudevent.unparsable`, `cloudevent.payload.missing`,
 * `mediatype.unsupported`, `cloudevent.dataschema.unsupported`, and with `json.invalid` what is no JSON.
 */
export function dataOfCloudEvent(headers: IncomingHttpHeaders, body: Buffer): JsonValue {
  const { contentType, schema, data } = readEvent(headers, body);
  if (!data) throw cloudEventPayloadMissing();
  const type = mediaType(contentType);
  if (!dataTypes.includes(type)) throw unsupportedMediaType(type, dataTypes.join(" or "));
  if (schema !== undefined && !schema.startsWith("ditto:")) throw cloudEventSchemaUnsupported(schema);
  return data();
}

const mediaType = (contentType: string): string =>
  (contentType.split(";", 1)[0] as string).trim().toLowerCase();

function readEvent(headers: IncomingHttpHeaders, body: Buffer): CloudEvent {
  const contentType = headers["content-type"] ?? OCTET_STREAM;
  const type = mediaType(contentType);
  if (type === STRUCTURED) return structured(body);
  if (type.startsWith("application/cloudevents")) throw cloudEventUnparsable(`'${type}' is not read here.`);
  if (headers["ce-specversion"] === undefined)
    throw cloudEventUnparsable("it has neither 'ce-specversion' nor the content type of an event.");
  const schema = checkAttributes((name) => headers[`ce-${name}`] as string | undefined);
  return { contentType, schema, data: body.length > 0 ? () => jsonOf(body) : undefined };
}

function structured(body: Buffer): CloudEvent {
  const event = eventOf(body);
  const schema = checkAttributes((name) => event[name]);
  const { datacontenttype: contentType = "application/json" } = event;
  if (typeof contentType !== "string") throw cloudEventUnparsable("its 'datacontenttype' is no text.");
  return { contentType, schema, data: structuredData(event) };
}

function eventOf(body: Buffer): JsonObject {
  try {
    const event = jsonOf(body);
    if (isObject(event)) return event;
  } catch (error) {
    if (!(error instanceof TwinError)) throw error;
  }
  throw cloudEventUnparsable("its body is no JSON object.");
}

function structuredData({ data, data_base64: encoded }: JsonObject): CloudEvent["data"] {
  if (data !== undefined && data !== null) return () => data;
  if (encoded === undefined || encoded === null) return undefined;
  if (typeof encoded !== "string") throw cloudEventUnparsable("its 'data_base64' is no text.");
  const bytes = Buffer.from(encoded, "base64");
  return bytes.length > 0 ? () => jsonOf(bytes) : undefined;
}

/** Refuses an event without what it must have; gives its data schema. */
function checkAttributes(attribute: Attribute): string | undefined {
  if (!versions.includes(attribute("specversion")))
    throw cloudEventUnparsable("its 'specversion' is not 1.0.");
  for (const name of ["id", "source", "type"]) {
    const value = attribute(name);
    if (typeof value !== "string" || value === "") throw cloudEventUnparsable(`it lacks '${name}'.`);
  }
  const time = attribute("time") ?? undefined;
  if (time !== undefined && (typeof time !== "string" || readInstant(time) === undefined))
    throw cloudEventUnparsable("its 'time' is no time of RFC 3339.");
  const schema = attribute("dataschema") ?? attribute("schemaurl") ?? undefined;
  if (schema !== undefined && typeof schema !== "string")
    throw cloudEventUnparsable("its 'dataschema' is no URI.");
  return schema;
}

function jsonOf(bytes: Buffer): JsonValue {
  if (!isUtf8(bytes)) throw invalidJson("It is not encoded in UTF-8.");
  return parseJson(bytes.toString());
}
