// What scripts of one context give, and whether they left alone what all of them have in common.

import type { QuickJSContext, QuickJSHandle } from "quickjs-emscripten-core";
import type { JsonValue } from "../../../base/json/json.ts";
import type { Heap, HeapValue } from "./heap.ts";
import { type MemoryView, objectAt, SLOT } from "./memory.ts";
import { PlainValues } from "./plain-values.ts";
import { WatchedObjects } from "./watched-objects.ts";

export interface Outcomes {
  /**
   * To be called when the scripts are loaded, with a list of the objects that the language is made of, the global one first, and whether
   * what all objects and arrays have in common says nothing of JSON.
   */
  watch(language: HeapValue, isPlain: boolean): void;
  /** Whether plain objects are still what they were: a message can merge something into them. */
  isClean(): boolean;
  /** Whether everything of the language is. */
  isIntact(): boolean;
  /** A plain value; nothing of any that JSON.stringify has to be asked for. Changes nothing. */
  read(value: HeapValue): JsonValue | undefined;
}

/** What is in each context in the same way; as long as it is read as it was written, the layout is the one that is known. */
const SAMPLE = `({ text: 'a"\\u00e9', wide: '\\u20ac', '\\u20ac': [1, -2.5, 1e300, true, false, null, [], {}], 7: -0, no: undefined })`;
const READ = `{"7":0,"text":"a\\"é","wide":"€","€":[1,-2.5,1e+300,true,false,null,[],{}]}`;

interface Watching {
  readonly objects: WatchedObjects;
  readonly arrays: WatchedObjects;
  readonly language: WatchedObjects;
  readonly isReadable: boolean;
}

/** Throws where values do not lie in memory as they are expected to. */
export function outcomesOf(context: QuickJSContext, heap: Heap): Outcomes {
  const addressOf = ({ value }: QuickJSHandle) => heap.view().word(value);
  const values = plainValuesOf(context, heap, addressOf);
  using native = context.unwrapResult(context.evalCode("parseInt", "sample"));
  using written = context.unwrapResult(context.evalCode("(function () {})", "sample"));
  const [nativeClass, writtenClass] = [native, written].map((one) => heap.view().classOf(addressOf(one)));
  let watching: Watching | undefined;

  const outcomes: Outcomes = {
    watch(language, isReadable) {
      const memory = heap.view();
      const [global, ...others] = elementsOf(memory, memory.word(language as number));
      const isFunction = (at: number) => [nativeClass, writtenClass].includes(memory.classOf(at));
      const counts = (at: number) => isFunction(at) || others.includes(at);
      const all = [{ at: global as number, counts }, ...others.map((at) => ({ at }))];
      const [ofObjects, ofArrays] = values.prototypes;
      const watched = (list: ConstructorParameters<typeof WatchedObjects>[1]) =>
        new WatchedObjects(memory, list, nativeClass as number);
      watching = {
        objects: watched([{ at: ofObjects }]),
        arrays: watched([{ at: ofArrays }]),
        language: watched(all),
        isReadable,
      };
    },
    isClean: () => watching?.objects.isSame(heap.view()) ?? true,
    isIntact: () => watching?.language.isSame(heap.view()) ?? true,
    read(value) {
      const memory = heap.view();
      const isTrusted = !watching || (watching.isReadable && watching.objects.isSame(memory));
      const areArraysPlain = () => watching?.arrays.isSame(memory) ?? true;
      return isTrusted ? values.read(memory, value as number, areArraysPlain) : undefined;
    },
  };
  using sample = context.unwrapResult(context.evalCode(SAMPLE, "sample"));
  if (JSON.stringify(outcomes.read(sample.value as HeapValue)) !== READ)
    throw new Error("QuickJS keeps its values in a way that nobody expects.");
  return outcomes;
}

function plainValuesOf(
  context: QuickJSContext,
  heap: Heap,
  addressOf: (handle: QuickJSHandle) => number,
): PlainValues {
  using object = context.newObject();
  using array = context.newArray();
  return new PlainValues(heap.view(), heap.context, addressOf(object), addressOf(array));
}

/** The addresses of the objects in a list. */
function elementsOf(memory: MemoryView, list: number): number[] {
  const from = memory.word(list + objectAt.elements);
  const count = memory.word(list + objectAt.count);
  return Array.from({ length: count }, (_, i) => memory.word(from + SLOT * i));
}
