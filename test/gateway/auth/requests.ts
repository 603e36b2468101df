// Requests as the doors see them, without a door.

import type { IncomingMessage } from "node:http";
import { TwinError } from "../../../src/base/errors.ts";
import type { AuthSettings } from "../../../src/gateway/auth/authenticate.ts";
import { basicHeader } from "../../../src/gateway/auth/basic.ts";
import type { LoginSettings } from "../../../src/gateway/auth/basic-login.ts";

/** A request with these headers, from an address. */
export function requestWith(headers: Record<string, string>, address = "192.0.2.1"): IncomingMessage {
  const rawHeaders = Object.entries(headers).flat();
  return { headers, rawHeaders, method: "GET", socket: { remoteAddress: address } } as never;
}

/** A request that logs in with `name:password`. */
export const loginOf = (credentials: string, address?: string): IncomingMessage =>
  requestWith({ authorization: basicHeader(credentials) }, address);

export const loginSettings: LoginSettings = {
  loginFailuresPerName: 3,
  loginFailuresPerAddress: 5,
  loginFailuresWindow: 60_000,
  trustedProxies: 0,
};

export const authSettings: AuthSettings = {
  ...loginSettings,
  users: [{ name: "ada", password: "secret" }],
  enablePreAuthentication: false,
  wsBasicParameter: false,
};

/** What was given, or the status and the code of its refusal. */
export async function outcome(attempt: () => unknown): Promise<unknown> {
  try {
    return await attempt();
  } catch (error) {
    if (!(error instanceof TwinError)) throw error;
    return `${error.status} ${error.code}`;
  }
}
