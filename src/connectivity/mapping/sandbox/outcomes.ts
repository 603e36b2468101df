// What scripts of one context give, and whether they left alone what all of them have in common.

import type { QuickJSContext, QuickJSHandle } from "quickjs-emscripten-core";
import type { JsonValue } from "../../../base/json/json.ts";
import type { Heap, HeapValue } from "./heap.ts";
import { MemoryView } from "./memory.ts";
import { PlainValues } from "./plain-values.ts";
import { WatchedObject } from "./watched-object.ts";

export interface Outcomes {
  /** To be called when the scripts are loaded, with whether what all objects and arrays have in common says nothing of JSON. */
  watch(isPlain: boolean): void;
  /** Whether plain objects are still what they were: a message can merge something into them. */
  isClean(): boolean;
  /** A plain value; nothing of any that JSON.stringify has to be asked for. Changes nothing. */
  read(value: HeapValue): JsonValue | undefined;
}

/** What is in each context in the same way; as long as it is read as it was written, the layout is the one that is known. */
const SAMPLE = `({ text: 'a"\\u00e9', wide: '\\u20ac', '\\u20ac': [1, -2.5, 1e300, true, false, null, [], {}], 7: -0, no: undefined })`;
const READ = `{"7":0,"text":"a\\"é","wide":"€","€":[1,-2.5,1e+300,true,false,null,[],{}]}`;

/** Throws where values do not lie in memory as they are expected to. */
export function outcomesOf(context: QuickJSContext, heap: Heap): Outcomes {
  let memory = new MemoryView(heap.memory());
  const values = plainValuesOf(context, heap.context, memory);
  let watched: readonly [WatchedObject, WatchedObject] | undefined;
  let isReadable = true;
  const now = () => {
    const buffer = heap.memory();
    if (buffer !== memory.buffer) memory = new MemoryView(buffer);
    return memory;
  };
  const outcomes: Outcomes = {
    watch(isPlain) {
      const [ofObjects, ofArrays] = values.prototypes;
      watched = [new WatchedObject(now(), ofObjects), new WatchedObject(now(), ofArrays)];
      isReadable = isPlain;
    },
    isClean: () => watched?.[0].isSame(now()) ?? true,
    read(value) {
      const isTrusted = isReadable && (watched?.every((one) => one.isSame(now())) ?? true);
      return isTrusted ? values.read(now(), value as number) : undefined;
    },
  };
  using sample = context.unwrapResult(context.evalCode(SAMPLE, "sample"));
  if (JSON.stringify(outcomes.read(sample.value as HeapValue)) !== READ)
    throw new Error("QuickJS keeps its values in a way that nobody expects.");
  return outcomes;
}

function plainValuesOf(context: QuickJSContext, address: number, memory: MemoryView): PlainValues {
  using object = context.newObject();
  using array = context.newArray();
  const addressOf = ({ value }: QuickJSHandle) => memory.word(value);
  return new PlainValues(memory, address, addressOf(object), addressOf(array));
}
