// Predictors of the bench, which act as the owner of its things.

import { asOperator } from "../storage.ts";
import { ask, namespace, put, subjectOf, type Target } from "../target.ts";

/** The feature that predictions are written to. */
export const feature = "prediction";

/** Makes a predictor that looks at the vibration of all things of the bench; it is removed when it is disposed of. */
export async function predictor(target: Target, id: string, model: object): Promise<AsyncDisposable> {
  const operator = asOperator(target);
  const path = `/api/2/predictors/${id}`;
  const spec = {
    authorizationContext: [await subjectOf(target)],
    bind: { namespaces: [namespace] },
    inputs: [{ name: "v", path: "features/vibration/properties/value" }],
    model,
    output: { feature, properties: { score: "score" } },
  };
  await put(operator, path, JSON.stringify(spec));
  return {
    [Symbol.asyncDispose]: async () => {
      await ask(operator, "DELETE", path);
    },
  };
}
