// `GET /api/2/predictors`: page by page.

import { parseFields } from "../../../base/json/fields.ts";
import type { Path } from "../../../base/json/pointer.ts";
import { checkPredictorId } from "../../../predictions/read/read-names.ts";
import { limitOf, textOf } from "../query-values.ts";
import type { Target } from "../uri.ts";
import { valueAnswer } from "./answers.ts";
import { awaited } from "./asked.ts";
import type { Routes } from "./routes.ts";

export const PREDICTOR_LIMIT = { byDefault: 100, most: 1_000 };

/** What is at all predictors. */
export const collection: Routes = {
  GET: async (request, { predictors }) => {
    const query = queryOf(request.target);
    const page = await awaited(request, () => predictors.list(request.caller, query));
    const link = page.next === undefined ? {} : { link: linkAfter(request.target, page.next) };
    return valueAnswer(request, page.predictors, 200, link);
  },
};

function queryOf(target: Target) {
  const fields = fieldsOf(target);
  const after = textOf(target, "after");
  if (after !== undefined) checkPredictorId(after);
  return {
    ...(fields && { fields }),
    ...(after !== undefined && { after }),
    limit: limitOf(target, "limit", PREDICTOR_LIMIT.byDefault, PREDICTOR_LIMIT.most),
  };
}

function linkAfter({ query }: Target, id: string): string {
  const next = new URLSearchParams(query);
  next.set("after", id);
  return `<?${next}>; rel="next"`;
}

/** The parts of predictors that are asked for; `undefined` for all. */
export function fieldsOf(target: Target): readonly Path[] | undefined {
  const fields = textOf(target, "fields");
  return fields === undefined ? undefined : parseFields(fields);
}
