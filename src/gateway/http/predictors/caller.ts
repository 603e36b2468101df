// Who asks about predictors: an operator, or somebody as whom he is known everywhere else.

import type { IncomingMessage } from "node:http";
import { TwinError } from "../../../base/errors.ts";
import type { NamespaceAccess } from "../../../conversation/namespace-access.ts";
import type { Caller } from "../../../predictions/predictors-api.ts";
import type { DittoHeaders } from "../../../signals/signal.ts";
import { readBasic } from "../../auth/basic.ts";
import { bearerToken } from "../../auth/bearer.ts";
import type { NamespaceAccessOf } from "../../auth/namespace-access.ts";
import { OPERATOR, type OperatorSettings, type Realm } from "../../auth/operators.ts";
import { PRE_AUTHENTICATED, preAuthentication } from "../../auth/pre-authenticated.ts";
import { type Admission, admit, requestHeaders } from "../request-headers.ts";
import type { Target } from "../uri.ts";

/** Somebody who was let in, with what he asks beside the path. */
export interface LetIn {
  readonly caller: Caller;
  readonly headers: DittoHeaders;
  /** Which namespaces he may reach, where the operator of the server has rules for that. */
  readonly reach?: NamespaceAccess | undefined;
}

export type LetInBy = (incoming: IncomingMessage, target: Target) => Promise<LetIn>;

type Operators = Pick<OperatorSettings, "devopsSecured" | "devopsAuthenticationMethod" | "devopsPassword">;

/**
 * Makes what lets callers in:
 *
 * 1. Whom a trusted proxy names is that one, and no operator.
 * 2. With a password for operators, the user `devops` is an operator who has to give it: a wrong one is refused.
 * 3. With tokens for operators, who brings one of those is an operator; other tokens are as everywhere.
 * 4. Where operators are not secured at all, those are operators who bring no credentials, or the name `devops`.
 * 5. All others are authenticated as everywhere.
 */
export function letInBy(
  { devopsSecured, devopsAuthenticationMethod, devopsPassword }: Operators,
  devops: Realm,
  admission: Admission,
  reachOf?: NamespaceAccessOf,
): LetInBy {
  const preAuthenticated = preAuthentication();

  const isOperator = async (incoming: IncomingMessage): Promise<boolean> => {
    const { authorization, [PRE_AUTHENTICATED]: told } = incoming.headers;
    if (told !== undefined && !admission.ignoresPreAuthentication && preAuthenticated(String(told)))
      return false;
    const isNamedSo = authorization !== undefined && readBasic(authorization)?.name === OPERATOR;
    if (!devopsSecured) return authorization === undefined || isNamedSo;
    if (devopsAuthenticationMethod === "oauth2") return bringsToken(devops, incoming);
    if (devopsPassword === undefined || !isNamedSo) return false;
    await devops.check(incoming);
    return true;
  };

  return async (incoming, target) => {
    if (await isOperator(incoming)) {
      const headers = requestHeaders(incoming, target.query, admission.maxHeaderBytes);
      return { caller: { isOperator: true, auth: { subjects: [] } }, headers };
    }
    const { auth, headers } = await admit(incoming, target.query, "http", admission);
    return {
      caller: { isOperator: false, auth },
      headers,
      reach: reachOf?.(auth, headers, incoming.headers),
    };
  };
}

/** Whether a request brings a token for operators; that it cannot be told whether it is one is a refusal. */
async function bringsToken(devops: Realm, incoming: IncomingMessage): Promise<boolean> {
  if (bearerToken(incoming.headers.authorization ?? "") === undefined) return false;
  try {
    await devops.check(incoming);
    return true;
  } catch (error) {
    if (error instanceof TwinError && error.status < 500) return false;
    throw error;
  }
}
