// What is known of a thing's inputs as JSON, and back.

import { isArray, isObject, type JsonObject, type JsonValue } from "../../base/json/json.ts";
import { MAX_READINGS } from "./bounds.ts";
import type { Reading } from "./readings.ts";
import type { Readings } from "./series.ts";
import type { SavedTrack } from "./track.ts";

/** Readings are the bytes of their numbers as Base64, the least significant ones first. */
export function printTrack({ current, lastNumber, lastKnown, readings }: SavedTrack): JsonObject {
  const { times, values, kinds } = readings;
  return {
    ...(current && { current: printReading(current) }),
    ...(!Number.isNaN(lastNumber) && { number: lastNumber }),
    ...(lastKnown && { known: printReading(lastKnown) }),
    ...(times.length > 0 && { times: printBytes(times), values: printBytes(values) }),
    ...(kinds.some((kind) => kind !== 0) && { kinds: printBytes(kinds) }),
  };
}

const printBytes = ({ buffer, byteOffset, byteLength }: Float64Array | Uint16Array): string =>
  Buffer.from(buffer, byteOffset, byteLength).toString("base64");

const printNumber = (value: number): number | null => (Number.isNaN(value) ? null : value);
const printReading = ({ value, kind }: Reading): JsonValue => [printNumber(value), kind];

/** Takes up what {@link printTrack} gave; `undefined` where it is nothing of that kind. */
export function readTrack(json: JsonValue | undefined): SavedTrack | undefined {
  if (!isObject(json)) return undefined;
  const lastNumber = readNumber(json.number ?? null);
  const readings = readReadings(json);
  if (!readings || lastNumber === undefined) return undefined;
  return { current: readReading(json.current), lastNumber, lastKnown: readReading(json.known), readings };
}

function readReadings({ times = "", values = "", kinds }: JsonObject): Readings | undefined {
  const moments = bytesOf(times, 8);
  const numbers = bytesOf(values, 8);
  const length = numbers && numbers.byteLength / 8;
  const ofKinds = kinds === undefined ? new ArrayBuffer(2 * (length ?? 0)) : bytesOf(kinds, 2);
  if (!moments || !numbers || !ofKinds || length === undefined || length > MAX_READINGS + 1) return undefined;
  if (moments.byteLength !== numbers.byteLength || ofKinds.byteLength !== 2 * length) return undefined;
  return {
    times: new Float64Array(moments),
    values: new Float64Array(numbers),
    kinds: new Uint16Array(ofKinds),
  };
}

/** Of numbers of so many bytes each. */
function bytesOf(json: JsonValue, each: number): ArrayBuffer | undefined {
  if (typeof json !== "string") return undefined;
  const bytes = Uint8Array.from(Buffer.from(json, "base64"));
  return bytes.byteLength % each === 0 ? bytes.buffer : undefined;
}

function readNumber(json: JsonValue): number | undefined {
  if (json === null) return Number.NaN;
  return typeof json === "number" ? json : undefined;
}

function readReading(json: JsonValue | undefined): Reading | undefined {
  if (!isArray(json)) return undefined;
  const [value = null, kind] = json;
  const number = readNumber(value);
  return number === undefined || typeof kind !== "number" ? undefined : { value: number, kind };
}
