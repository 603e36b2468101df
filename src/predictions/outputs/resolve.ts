// From what a model says to what is wanted of it. What is no plain, finite JSON never gets further.

import { getKey, isArray, isObject, isRawNumber, type JsonValue, putKey } from "../../base/json/json.ts";
import { type Path, printPath } from "../../base/json/pointer.ts";
import type { Output, OutputProperty, OutputRef } from "../model.ts";
import { ModelFault, type Outputs } from "../models/scoring.ts";

/** Values of a prediction, each at its pointer. */
export type Placed = readonly (readonly [pointer: Path, value: JsonValue])[];

export interface Prediction {
  readonly properties: Placed;
  readonly desiredProperties: Placed;
  readonly confidence?: number;
  /** The output that says whether a message is to be sent. */
  readonly trigger?: number;
}

/** Values of one output; a thing of the default size has no room for more. */
const MAX_VALUES = 10_000;
const MAX_DEPTH = 50;

/**
 * What an output spec wants of the outputs of a model. Throws {@link ModelFault} `bad-output` where something is missing, no finite
 * number, too much, or null; but of a model that learns while it works a null says that it does not know yet: `maySayNothing`.
 */
export function resolved(output: Output, outputs: Outputs, maySayNothing: boolean): Prediction {
  const { when } = output.message ?? {};
  const pick = (ref: OutputRef) => valueAt(outputs, ref, maySayNothing);
  const numberOf = (ref: OutputRef) => numberAt(pick(ref), ref);
  const confidence = output.confidence && numberOf(output.confidence);
  const trigger = when && numberOf(when.output);
  return {
    properties: placed(output.properties, pick),
    desiredProperties: placed(output.desiredProperties, pick),
    ...(confidence !== undefined && { confidence }),
    ...(trigger !== undefined && { trigger }),
  };
}

/** What is told of outputs to who asks: those that the spec names for all to see, by the references that it names them by. */
export function named(output: Output, outputs: Outputs): Outputs {
  const { properties, desiredProperties, message, confidence } = output;
  const refs = [...properties, ...desiredProperties].map(({ from }) => from);
  if (message?.when) refs.push(message.when.output);
  if (confidence) refs.push(confidence);
  const told: Record<string, JsonValue> = {};
  for (const ref of refs) putKey(told, printPath(ref).slice(1), valueAt(outputs, ref, true));
  return told;
}

/** Whether predictions are values of a feature at all, and not messages alone. */
export const setsValues = ({
  properties,
  desiredProperties,
}: Pick<Output, "properties" | "desiredProperties">): boolean =>
  properties.length + desiredProperties.length > 0;

/** Whether there are no values in it that could be written. */
export const saysNothing = ({ properties, desiredProperties }: Prediction): boolean =>
  [...properties, ...desiredProperties].every(([, value]) => value === null);

const placed = (wanted: readonly OutputProperty[], pick: (ref: OutputRef) => JsonValue): Placed =>
  wanted.map(({ pointer, from }) => [pointer, pick(from)]);

/** The value that a reference names; elements of lists are named by their index. */
function valueAt(outputs: Outputs, ref: OutputRef, maySayNothing: boolean): JsonValue {
  let value: JsonValue | undefined = outputs;
  for (const key of ref) value = memberOf(value, key);
  if (value === undefined || (value === null && !maySayNothing)) throw badOutput(ref, "is missing");
  refuseUnfit(value, ref);
  return value;
}

function memberOf(value: JsonValue | undefined, key: string): JsonValue | undefined {
  if (isArray(value)) return /^\d{1,9}$/.test(key) ? value[Number(key)] : undefined;
  return isObject(value) ? getKey(value, key) : undefined;
}

function numberAt(value: JsonValue, ref: OutputRef): number | undefined {
  if (value === null) return undefined;
  if (typeof value === "boolean") return Number(value);
  if (typeof value !== "number") throw badOutput(ref, "is no number");
  return value;
}

/** Walks without recursion: what a server of models answers may be nested deeply. */
function refuseUnfit(root: JsonValue, ref: OutputRef): void {
  const left: (readonly [JsonValue, number])[] = [[root, 0]];
  let count = 0;
  for (let next = left.pop(); next; next = left.pop()) {
    const [value, depth] = next;
    if (typeof value === "number" && !Number.isFinite(value)) throw badOutput(ref, `is ${value}`);
    if (++count > MAX_VALUES || depth > MAX_DEPTH) throw badOutput(ref, "is too large");
    if (typeof value !== "object" || value === null || isRawNumber(value)) continue;
    const members = Object.values(value) as readonly JsonValue[];
    if (count + members.length > MAX_VALUES) throw badOutput(ref, "is too large");
    for (const member of members) left.push([member, depth + 1]);
  }
}

const badOutput = (ref: OutputRef, what: string): ModelFault =>
  new ModelFault("bad-output", `The output ${printPath(ref).slice(1)} ${what}.`);
