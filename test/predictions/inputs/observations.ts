// Observations of one thing, made up by tests: what happens at its paths, by milliseconds.

import type { JsonValue } from "../../../src/base/json/json.ts";
import { type Path, printPath } from "../../../src/base/json/pointer.ts";
import type { Observation } from "../../../src/predictions/inputs/observation.ts";
import type { Input } from "../../../src/predictions/model.ts";

export const path = ["features", "f", "properties", "p"];

/** An input with the defaults of docs/predictions.md. */
export const input = (given: Partial<Input> = {}): Input => ({
  ...{ name: "v", path, aggregate: "last", missing: "skip", expect: {} },
  ...given,
});

/** What a time brings: values by property of the feature; `undefined` deletes. */
export type Step = readonly [timestamp: number, values: Readonly<Record<string, JsonValue | undefined>>];

/** The observations of steps, each an event of its own revision. */
export function observationsOf(steps: readonly Step[], firstRevision = 1): readonly Observation[] {
  const known = new Map<string, JsonValue>();
  const texts = new Map<string, string>();
  const textOf = (property: string) => {
    const text = texts.get(property) ?? printPath(["features", "f", "properties", property]);
    texts.set(property, text);
    return text;
  };
  return steps.map(([timestamp, values], i) => {
    for (const [property, value] of Object.entries(values)) {
      if (value === undefined) known.delete(textOf(property));
      else known.set(textOf(property), value);
    }
    const after = new Map(known);
    const touched = new Set(Object.keys(values).map(textOf));
    return {
      thingId: "org.acme:lamp",
      revision: firstRevision + i,
      timestamp,
      touches: (at: Path) => touched.has(printPath(at)),
      valueAt: (at: Path) => after.get(printPath(at)),
    };
  });
}
