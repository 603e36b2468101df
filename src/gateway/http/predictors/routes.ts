// What the routes of predictors are made of.

import type { PredictorsApi } from "../../../predictions/predictors-api.ts";
import type { NamespaceAccessOf } from "../../auth/namespace-access.ts";
import type { Admission } from "../request-headers.ts";
import type { Request } from "./asked.ts";

export interface PredictorParts {
  readonly predictors: PredictorsApi;
  /** How those are let in who are no operators. */
  readonly admission: Admission;
  /** Absent where every namespace may be reached. */
  readonly reachOf?: NamespaceAccessOf | undefined;
  readonly maxRequestBytes: number;
  readonly maxModelBytes: number;
  /** Media types that a JSON body may have besides `application/json`. */
  readonly acceptedMediaTypes: readonly string[];
  /** Told of what should not have happened. */
  readonly onFault: (error: unknown, correlationId: string) => void;
}

export type Route = (request: Request, parts: PredictorParts) => Promise<Response>;

/** By method. */
export type Routes = Readonly<Record<string, Route>>;
