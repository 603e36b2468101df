import {
  isArray,
  isObject,
  type JsonArray,
  type JsonObject,
  type JsonValue,
  putKey,
} from "../base/json/json.ts";
import { splitKeys } from "./resource-key.ts";
import type { Verdicts } from "./verdicts.ts";

/**
 * The part of a value at a node that a permission bit is given for: the same value when that is all of it, `undefined`
 * when it is nothing.
 */
export function viewOf(value: JsonValue, node: Verdicts, bit: number): JsonValue | undefined {
  if ((node.unrestricted & bit) !== 0) return value;
  if ((node.partial & bit) === 0) return undefined;
  if (isObject(value)) return viewOfObject(value, node, bit);
  if (isArray(value)) return viewOfArray(value, node, bit);
  return (node.given & bit) !== 0 ? value : undefined;
}

function viewOfObject(object: JsonObject, node: Verdicts, bit: number): JsonObject | undefined {
  const isGiven = (node.given & bit) !== 0;
  const viewed: { [key: string]: JsonValue } = {};
  let count = 0;
  let isWhole = true;
  for (const key of Object.keys(object)) {
    const member = object[key] as JsonValue;
    const child = node.children && childAt(node, node.children, key);
    const part = child ? viewOf(member, child, bit) : isGiven ? member : undefined;
    if (part !== member) isWhole = false;
    if (part === undefined) continue;
    putKey(viewed, key, part);
    count++;
  }
  if (count === 0 && !isGiven) return undefined;
  return isWhole ? object : viewed;
}

/** The node of a key. The ids of a policy's subjects and resources are one key in its JSON, and several in a pointer. */
function childAt(node: Verdicts, children: Map<string, Verdicts>, key: string): Verdicts | undefined {
  return children.get(key) ?? (key.includes("/") ? nodeSpreadOver(node, key) : undefined);
}

function nodeSpreadOver(node: Verdicts, key: string): Verdicts | undefined {
  let below = node;
  for (const part of splitKeys(key)) {
    const child = below.children?.get(part);
    if (!child) return below === node ? undefined : settled(below.given);
    below = child;
  }
  return below;
}

const settled = (given: number): Verdicts => ({
  children: undefined,
  given,
  partial: given,
  unrestricted: given,
});

function viewOfArray(array: JsonArray, node: Verdicts, bit: number): JsonArray | undefined {
  const viewed: JsonValue[] = [];
  let isWhole = true;
  for (const element of array) {
    const part = viewOf(element, node, bit);
    if (part !== element) isWhole = false;
    if (part !== undefined) viewed.push(part);
  }
  if (viewed.length === 0 && (node.given & bit) === 0) return undefined;
  return isWhole ? array : viewed;
}
