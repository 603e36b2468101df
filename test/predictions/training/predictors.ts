// A predictor for tests: watches `p` of feature `f` and writes to feature `out`.

import type { Input, Predictor } from "../../../src/predictions/model.ts";

export const p = ["features", "f", "properties", "p"];

export const input = (given: Partial<Input> = {}): Input => ({
  ...{ name: "v", path: p, aggregate: "last", missing: "skip", expect: {} },
  ...given,
});

export const predictorWith = (given: Partial<Predictor> = {}): Predictor => ({
  id: "watch",
  status: "active",
  authorizationContext: ["nginx:ditto"],
  bind: {},
  trigger: { paths: [p], debounceMs: 0 },
  inputs: [input()],
  model: { type: "builtin", version: "1", name: "anomaly", parameters: {} },
  shadows: [],
  output: { feature: "out", properties: [], desiredProperties: [], eventOnly: false },
  monitoring: { baselineSize: 1_000, windowSize: 500, alerts: [] },
  ...given,
});
