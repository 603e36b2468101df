// What is asked about the server itself, and what only operators may see or do: who may ask, and who answers.

import type { IncomingMessage } from "node:http";
import { TwinError } from "../../base/errors.ts";
import { refusalHeaders } from "../auth/challenge.ts";
import { authenticationFailed } from "../auth/errors.ts";
import type { OnFailedLogin } from "../auth/failed-logins.ts";
import { type OperatorSettings, operatorRealms, type Realm } from "../auth/operators.ts";
import type { VerifyToken } from "../auth/verify-token.ts";
import { errorAnswer, methodNotAllowed, notFoundAnswer, textAnswer } from "./answers.ts";
import { isConnectionsPath } from "./connections/connection-path.ts";
import { type ConnectionParts, connectionRequest } from "./connections/connection-requests.ts";
import { connectivityPiggyback, isConnectivityPiggyback } from "./devops/connectivity-piggyback.ts";
import { type IndexCare, isSearchPiggyback, searchPiggyback } from "./devops/search-piggyback.ts";
import type { Operations } from "./ops/operations.ts";
import { isPredictorsPath } from "./predictors/predictor-path.ts";
import { predictorAnswers } from "./predictors/predictor-requests.ts";
import type { PredictorParts } from "./predictors/routes.ts";
import { refuseDuplicate } from "./request-headers.ts";

export type OpsAnswers = (path: string, incoming: IncomingMessage) => Response | Promise<Response>;

export interface OpsParts {
  /** How the server is doing; absent where nobody asks. */
  readonly operations?: Operations;
  /** Judges the tokens of operators. */
  readonly verifyToken: VerifyToken;
  readonly onFailedLogin?: OnFailedLogin;
  readonly index: IndexCare;
  /** Absent where there are no connections. */
  readonly connections?: ConnectionParts;
  /** Absent where there are no predictors. */
  readonly predictors?: PredictorParts;
  /** The metrics, as Prometheus reads them. */
  readonly metrics: () => Promise<Response>;
  /** Whether they are for everybody. */
  readonly isMetricsOpen?: boolean;
}

/** Makes the answers; without a password or a token nobody is an operator, unless a realm is not secured at all. */
export function opsAnswers(settings: OperatorSettings, parts: OpsParts): OpsAnswers {
  const {
    operations,
    verifyToken,
    onFailedLogin,
    index,
    connections,
    metrics,
    isMetricsOpen = false,
  } = parts;
  const { devops, status } = operatorRealms(settings, verifyToken, onFailedLogin);
  const answerPredictors = parts.predictors && predictorAnswers(settings, devops, parts.predictors);
  return async (path, incoming) => {
    const isRead = incoming.method === "GET";
    const answer = operations?.open(path, incoming);
    if (answer) return answer;
    if (path === "/metrics" && isMetricsOpen) return isRead ? metrics() : methodNotAllowed(["GET"]);
    if (isPredictorsPath(path)) return answerPredictors ? answerPredictors(incoming) : notFoundAnswer();
    if (isForNobody(path)) return notFoundAnswer();
    const isForDevops = path.startsWith("/devops") || path.startsWith("/stats") || isConnectionsPath(path);
    const refusal = await refusedBy(isForDevops ? devops : status, incoming);
    if (refusal) return refusal;
    if (isSearchPiggyback(path)) return told(() => searchPiggyback(incoming, index));
    if (connections && isConnectivityPiggyback(path))
      return told(() => connectivityPiggyback(incoming, connections));
    if (connections && isConnectionsPath(path)) return connectionRequest(incoming, connections);
    if (isForDevops) return told(async () => operations?.devops(path, incoming) ?? notFoundAnswer());
    if (path === "/metrics") return isRead ? metrics() : methodNotAllowed(["GET"]);
    return operations?.status(path, incoming) ?? notFoundAnswer();
  };
}

/** What is open, but is not there, is not there for everybody. */
const isForNobody = (path: string): boolean =>
  path.startsWith("/status") || (path.startsWith("/stats") && !/^\/stats\/things\/details\/?$/.test(path));

async function told(answer: () => Promise<Response>): Promise<Response> {
  try {
    return await answer();
  } catch (error) {
    if (error instanceof TwinError) return errorAnswer(error);
    throw error;
  }
}

/** The answer to whoever is not an operator. */
async function refusedBy(
  { challenge, check }: Realm,
  incoming: IncomingMessage,
): Promise<Response | undefined> {
  try {
    refuseDuplicate(incoming.rawHeaders);
    await check(incoming);
    return undefined;
  } catch (error) {
    if (!(error instanceof TwinError)) throw error;
    return challenge !== undefined && authenticationFailed.is(error)
      ? textAnswer(401, "The resource requires an operator's password.", { "www-authenticate": challenge })
      : errorAnswer(error, refusalHeaders(error, false));
  }
}
