// The door of predictors on a real port, in front of predictors that the test plays.

import { createServer } from "node:http";
import { getRequestListener, type HttpBindings } from "@hono/node-server";
import { authenticator } from "../../../src/gateway/auth/authenticate.ts";
import { issuerNotSupported } from "../../../src/gateway/auth/jwt/errors.ts";
import type { OperatorSettings } from "../../../src/gateway/auth/operators.ts";
import type { VerifyToken } from "../../../src/gateway/auth/verify-token.ts";
import { httpApp } from "../../../src/gateway/http/app.ts";
import { opsAnswers } from "../../../src/gateway/http/ops-requests.ts";
import type { PredictorParts } from "../../../src/gateway/http/predictors/routes.ts";
import { delivered } from "../../../src/gateway/sse/taken-over.ts";
import type { PredictorsApi } from "../../../src/predictions/predictors-api.ts";
import { closeOnLoopback, listenOnLoopback } from "../../support/loopback.ts";

const login = {
  ...{ trustedProxies: 0, loginFailuresPerName: 5, loginFailuresPerAddress: 20, loginFailuresWindow: 60_000 },
};
const operators = {
  ...{ devopsSecured: true, devopsAuthenticationMethod: "basic", devopsPassword: "dev" },
  ...{ devopsOauth2Subjects: undefined, devopsStatusSecured: true, statusAuthenticationMethod: "basic" },
  ...{ statusPassword: undefined, statusOauth2Subjects: undefined, ...login },
};

export const basic = (text: string): string => `Basic ${Buffer.from(text).toString("base64")}`;
export const asOperator = { authorization: basic("devops:dev") };
export const asUser = { authorization: basic("ditto:ditto") };

/** Tokens that are known, and whom they speak for. */
const tokensOf =
  (tokens: Readonly<Record<string, string>>): VerifyToken =>
  async (token) => {
    const subject = tokens[token];
    if (subject === undefined) throw issuerNotSupported("somebody");
    return { subjects: [subject] };
  };

export interface Given {
  readonly predictors?: Partial<PredictorsApi>;
  readonly operators?: Partial<OperatorSettings>;
  readonly userTokens?: Readonly<Record<string, string>>;
  readonly operatorTokens?: Readonly<Record<string, string>>;
  readonly trustsProxy?: boolean;
  readonly users?: readonly { readonly name: string; readonly password: string }[];
  readonly parts?: Partial<PredictorParts>;
}

export interface Called {
  readonly name: string;
  readonly given: readonly unknown[];
}

/** Predictors that note what they are asked, and answer what the test wants. */
function played(behaviour: Partial<PredictorsApi>): {
  readonly api: PredictorsApi;
  readonly calls: Called[];
} {
  const calls: Called[] = [];
  const api = new Proxy(behaviour as PredictorsApi, {
    get:
      (target, name: keyof PredictorsApi) =>
      (...given: unknown[]) => {
        calls.push({ name, given });
        const play = target[name] as ((...given: unknown[]) => unknown) | undefined;
        return play ? play(...given) : Promise.reject(new Error(`${name} is not played`));
      },
  });
  return { api, calls };
}

export async function predictorsWorld(given: Given = {}) {
  const { users = [{ name: "ditto", password: "ditto" }], trustsProxy = false } = given;
  const { api, calls } = played(given.predictors ?? {});
  const faults: unknown[] = [];
  const settings = { users, enablePreAuthentication: trustsProxy, wsBasicParameter: false, ...login };
  const ops = opsAnswers({ ...operators, ...given.operators } as never, {
    ...{ index: {} as never, metrics: async () => new Response("") },
    verifyToken: tokensOf(given.operatorTokens ?? {}),
    predictors: {
      predictors: api,
      admission: {
        authenticate: authenticator(settings as never, tokensOf(given.userTokens ?? {})),
        ...{
          asksForBasic: true,
          ignoresPreAuthentication: !trustsProxy,
          maxHeaderBytes: 5_000,
          maxSubjects: 10,
        },
      },
      ...{ maxRequestBytes: 10_000, maxModelBytes: 1_000_000, acceptedMediaTypes: [] },
      onFault: (error) => void faults.push(error),
      ...given.parts,
    },
  });
  const app = httpApp({
    ...{ things: { base: "/api/2/things" }, policies: { base: "/api/2/policies" }, searches: {}, ops },
  } as never);
  const answer = async (request: Request, env: HttpBindings) =>
    delivered(await app.fetch(request, env), env.outgoing as never);
  const server = createServer(getRequestListener(answer as never));
  const address = await listenOnLoopback(server);
  return {
    ...{ calls, faults, address },
    /** Sends a request, as an operator unless its headers say something else. */
    fetch: (line: string, init: RequestInit & { readonly duplex?: "half" } = {}) => {
      const [method = "", path = ""] = line.split(" ");
      return fetch(`http://${address}/api/2/predictors${path}`, { method, headers: asOperator, ...init });
    },
    [Symbol.asyncDispose]: () => closeOnLoopback(server),
  };
}

export type PredictorsWorld = Awaited<ReturnType<typeof predictorsWorld>>;

/** Status and code of a refusal. */
export async function refusalOf(answer: Response): Promise<string> {
  const { status, error } = (await answer.json()) as { status: number; error: string };
  if (status !== answer.status) throw new Error(`It says ${status}, and is ${answer.status}.`);
  return `${status} ${error}`;
}
