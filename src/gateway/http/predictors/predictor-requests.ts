// `/api/2/predictors/**`: translate, ask, answer; nothing is decided here.

import type { IncomingMessage } from "node:http";
import { TwinError } from "../../../base/errors.ts";
import { internalError } from "../../../base/internal-error.ts";
import type { JsonValue } from "../../../base/json/json.ts";
import type { PredictorCommand } from "../../../predictions/predictors-api.ts";
import { refusalHeaders } from "../../auth/challenge.ts";
import { authenticationFailed } from "../../auth/errors.ts";
import type { OperatorSettings, Realm } from "../../auth/operators.ts";
import { errorAnswer, methodNotAllowed, notFoundAnswer, textAnswer } from "../answers.ts";
import { checkMediaType, patchFormatOf, readJson } from "../body.ts";
import { unsupportedMediaType } from "../errors.ts";
import { addressOf, readTarget } from "../uri.ts";
import { doneAnswer, replyAnswer, toldOf, valueAnswer } from "./answers.ts";
import { askedOf, awaited, type Request } from "./asked.ts";
import { letInBy } from "./caller.ts";
import { predictorTooLarge } from "./errors.ts";
import { modelFile, modelFiles } from "./model-requests.ts";
import { collection, fieldsOf } from "./predictor-list.ts";
import { type PredictorPart, predictorPathOf } from "./predictor-path.ts";
import type { PredictorParts, Route, Routes } from "./routes.ts";
import { trainingData } from "./training-requests.ts";

export type PredictorAnswers = (incoming: IncomingMessage) => Promise<Response>;

/** Makes the answers; `devops` is the realm of operators. */
export function predictorAnswers(
  settings: OperatorSettings,
  devops: Realm,
  parts: PredictorParts,
): PredictorAnswers {
  const letIn = letInBy(settings, devops, parts.admission, parts.reachOf);
  const routesOf = routes();
  return async (incoming) => {
    if (addressOf(incoming.headers) === "") return textAnswer(400, "The request names no valid host.");
    let request: Request | undefined;
    try {
      const target = readTarget(incoming.url as string);
      request = { incoming, target, ...(await letIn(incoming, target)) };
      const found = routesOf(target.path);
      if (!found) return notFoundAnswer();
      const route = Object.hasOwn(found, incoming.method as string) && found[incoming.method as string];
      return route ? await route(request, parts) : methodNotAllowed(Object.keys(found));
    } catch (error) {
      return refusal(error, incoming, request, devops, parts);
    }
  };
}

function refusal(
  error: unknown,
  incoming: IncomingMessage,
  request: Request | undefined,
  { challenge }: Realm,
  { admission, onFault }: PredictorParts,
): Response {
  if (incoming.errored) return textAnswer(400, "The request broke off."); // for nobody: its sender is gone
  const told = request ? toldOf(request) : {};
  if (!(error instanceof TwinError)) {
    onFault(error, String(request?.headers["correlation-id"] ?? "unknown"));
    return errorAnswer(internalError(), told);
  }
  const asks = refusalHeaders(error, admission.asksForBasic);
  const isAsked = authenticationFailed.is(error) && !admission.asksForBasic && challenge !== undefined;
  return errorAnswer(error, { ...told, ...asks, ...(isAsked && { "www-authenticate": challenge }) });
}

/** Makes what finds the routes of a path. */
function routes(): (path: string) => Routes | undefined {
  const parts = { ...partsOfPredictor, "training-data": trainingData() };
  return (path) => {
    const about = predictorPathOf(path);
    if (about === undefined) return undefined;
    if (about === "all") return collection;
    if (about.part === undefined) return predictor(about.id);
    if (about.part === "model") return modelFile(about.id, about.version);
    if (about.part !== "activate") return parts[about.part](about.id);
    const { id, version } = about;
    return { POST: executing(id, async () => ({ action: "activate", version })) };
  };
}

const predictor = (id: string): Routes => ({
  GET: async (request, { predictors }) => {
    const fields = fieldsOf(request.target);
    const asked = { ...askedOf(request, id), ...(fields && { fields }) };
    return replyAnswer(request, await awaited(request, () => predictors.retrieve(asked)), id);
  },
  PUT: executing(id, async (request, parts) => {
    checkMediaType(request.incoming.headers["content-type"], parts.acceptedMediaTypes);
    return { action: "put", value: await jsonOf(request, parts) };
  }),
  PATCH: executing(id, async (request, parts) => {
    const type = request.incoming.headers["content-type"];
    const format = patchFormatOf(type);
    if (format !== "merge-patch") throw unsupportedMediaType(String(type), "application/merge-patch+json");
    return { action: "patch", value: await jsonOf(request, parts) };
  }),
  DELETE: executing(id, async () => ({ action: "delete" })),
});

const partsOfPredictor: Readonly<Record<Exclude<PredictorPart, "training-data">, (id: string) => Routes>> = {
  status: (id) => ({
    GET: async (request, { predictors }) =>
      valueAnswer(request, await awaited(request, () => predictors.status(askedOf(request, id)))),
  }),
  baseline: (id) => ({
    DELETE: async (request, { predictors }) => {
      const version = request.target.query?.get("version") || undefined;
      await awaited(request, () => predictors.resetBaseline(askedOf(request, id), version));
      return doneAnswer(request);
    },
  }),
  rollback: (id) => ({ POST: executing(id, async () => ({ action: "rollback" })) }),
  models: modelFiles,
};

type Action = PredictorCommand extends infer C
  ? C extends unknown
    ? Omit<C, "id" | "caller" | "headers">
    : never
  : never;

/** A route that reads what is to be done, and has it done. */
function executing(id: string, read: (request: Request, parts: PredictorParts) => Promise<Action>): Route {
  return async (request, parts) => {
    const command = { ...askedOf(request, id), ...(await read(request, parts)) } as PredictorCommand;
    return replyAnswer(request, await awaited(request, () => parts.predictors.execute(command)), id);
  };
}

const jsonOf = ({ incoming }: Request, { maxRequestBytes }: PredictorParts): Promise<JsonValue> =>
  readJson(incoming, maxRequestBytes, (size) => predictorTooLarge(size, maxRequestBytes));
