// Logging in with a name and a password: remembered where it succeeded, counted where it failed.

import type { IncomingMessage } from "node:http";
import { recent } from "../../base/recent.ts";
import type { User } from "../../ops/users.ts";
import { type Credentials, readBasic } from "./basic.ts";
import { clientAddress } from "./client-address.ts";
import { credentialDigest } from "./credential-digest.ts";
import { authenticationFailed, TooManyFailures } from "./errors.ts";
import type { OnFailedLogin } from "./failed-logins.ts";
import { FailureLimit, type FailureSettings } from "./failure-limit.ts";
import { passwordsOf } from "./passwords.ts";

export interface LoginSettings extends FailureSettings {
  /** How many proxies in front of the server tell the address of the client. */
  readonly trustedProxies: number;
}

/**
 * Gives the name of the user whose credentials an Authorization header holds, at once where they are known already.
 * Refuses with 401, after too many failures with 429, and with 503 when too many are being checked.
 */
export type BasicLogin = (header: string, incoming: IncomingMessage) => string | Promise<string>;

/** How many headers are remembered. */
const REMEMBERED = 10_000;

/** Makes the login of these users; `onFailed` is told of every wrong password that was looked at. */
export function basicLogin(
  users: readonly User[],
  settings: LoginSettings,
  onFailed: OnFailedLogin = () => {},
): BasicLogin {
  const names = new Set(users.map(({ name }) => name));
  const matches = passwordsOf(users);
  const failures = new FailureLimit(settings);
  const digestOf = credentialDigest();
  const known = recent<string>(REMEMBERED);
  const pending = new Map<string, Promise<string>>();

  /** Has a password checked, and counts it where it is wrong. */
  function logIn(key: string, address: string, given: Credentials): string | Promise<string> {
    const undo = failures.attempt(address, given.name);
    if (typeof undo === "number") throw new TooManyFailures(undo);
    const settle = (isRight: boolean): string => {
      if (!isRight) {
        onFailed(address, names.has(given.name) ? given.name : undefined);
        throw authenticationFailed();
      }
      undo();
      return known.put(key, given.name);
    };
    const giveUp = (error: unknown): never => {
      undo(); // it was not judged
      throw error;
    };
    const isRight = matches(given);
    return isRight instanceof Promise ? isRight.then(settle, giveUp) : settle(isRight);
  }

  /** Requests that come together share one check, and count once. */
  function logInOnce(key: string, address: string, given: Credentials): string | Promise<string> {
    const together = `${key} ${address}`;
    const shared = pending.get(together);
    if (shared !== undefined) return shared;
    const result = logIn(key, address, given);
    if (result instanceof Promise) {
      pending.set(together, result);
      const forget = () => pending.delete(together);
      result.then(forget, forget);
    }
    return result;
  }

  /** Who logged in before is refused only while too many failures lock his name for his address. */
  function goOn(name: string, incoming: IncomingMessage): string {
    if (failures.isEmpty) return name;
    const locked = failures.lockedFor(clientAddress(incoming, settings.trustedProxies), name);
    if (locked > 0) throw new TooManyFailures(locked);
    return name;
  }

  return (header, incoming) => {
    const key = digestOf(header, incoming.socket);
    const name = known.get(key);
    if (name !== undefined) return goOn(name, incoming);
    const given = readBasic(header);
    if (!given) throw authenticationFailed();
    return logInOnce(key, clientAddress(incoming, settings.trustedProxies), given);
  };
}
