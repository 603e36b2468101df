import fc from "fast-check";
import { expect, test } from "vitest";
import type { JsonValue } from "../../../src/base/json/json.ts";
import { alertSources } from "../../../src/predictions/model.ts";
import type { Outputs } from "../../../src/predictions/models/scoring.ts";
import { settled, storedBaselines, vectorOf, watched } from "./world.ts";

const json = fc.jsonValue({ maxDepth: 6 }) as fc.Arbitrary<JsonValue>;
const number = fc.oneof(fc.double(), fc.integer(), fc.constant(0));

const said = fc.record({
  values: fc.array(number, { maxLength: 4 }),
  outputs: fc.oneof(
    fc.dictionary(fc.string(), json, { maxKeys: 5 }) as fc.Arbitrary<Outputs>,
    fc.record({ score: json, why: fc.array(json, { maxLength: 4 }) }),
  ),
  group: json,
  truth: json,
  latencyMs: fc.double(),
  timestamp: fc.double({ noNaN: true, min: 0, max: 8e15 }),
});

test("whatever models say and things hold, nothing throws and the status is JSON without gaps", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(said, { minLength: 30, maxLength: 60 }), async (all) => {
      const stored = storedBaselines();
      const { monitor, score } = await watched(
        {
          columns: ["a", "b"],
          output: { attributions: ["why"] },
          monitoring: {
            ...{ baselineSize: 12, windowSize: 12, groups: ["site"] },
            truth: { path: ["t"], output: ["score"], kind: "regression", threshold: 0.5, withinMs: 1e15 },
            alerts: alertSources.map((on) => ({ on, above: 0.1 })),
          },
        },
        stored,
      );
      for (const { values, outputs, group, truth, latencyMs, timestamp } of all) {
        score(values, { vector: vectorOf(values), outputs, group, latencyMs, timestamp });
        monitor.truth("org.acme:lamp", truth, timestamp);
      }
      await settled();

      const status = monitor.status();
      expect(JSON.parse(JSON.stringify(status))).toEqual(status);
      await monitor.stop();
    }),
    { numRuns: 60 },
  );
});
