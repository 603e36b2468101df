// Commands and actions on policies as one line of JSON with exact numbers. They are JSON as they stand, so that what comes out is
// what went in.

import { isObject, type JsonObject } from "../../base/json/json.ts";
import { parseStored } from "../../base/json/parse.ts";
import { SUDO_SUBJECTS } from "../../policies/sudo.ts";
import { authJson, authOfJson, liveJson, liveSignalOfJson } from "../../protocol/wire-signals.ts";
import type { LiveSignal } from "../../signals/live.ts";
import type { Origins } from "../../signals/origins.ts";
import type { Command } from "../../signals/signal.ts";
import type { PolicyAction } from "../policy-actions.ts";

/** Something that was said, and the session it came by. */
export interface Sent<T> {
  readonly said: T;
  readonly origin: object | undefined;
}

/** How one kind of what is said crosses from member to member. */
export interface Codec<T> {
  print(sent: Sent<T>, origins: Origins): string;
  /** `from` is the member that printed it. */
  read(printed: string, origins: Origins, from: string): Sent<T>;
}

const codec = <T>(json: (said: T) => JsonObject, ofJson: (json: JsonObject) => T): Codec<T> => ({
  print: ({ said, origin }, origins) => JSON.stringify({ said: json(said), origin: origins.print(origin) }),
  read(printed, origins, from) {
    const sent = parseStored(printed);
    if (!isObject(sent) || !isObject(sent.said)) throw new Error(`The member ${from} said what is nothing.`);
    return { said: ofJson(sent.said), origin: origins.read(sent.origin, from) };
  },
});

/** Operators are known by the identity of their subjects, which no other member has. */
const sudo: JsonObject = { sudo: true };

/** What a command is guarded by is no JSON, and for this member only. */
const withAuth = <T extends Pick<Command, "auth">>(said: T): JsonObject =>
  ({
    ...said,
    auth: said.auth.subjects === SUDO_SUBJECTS ? sudo : authJson(said.auth),
  }) as unknown as JsonObject;

function authOf<T>(json: JsonObject): T {
  const isSudo = isObject(json.auth) && json.auth.sudo === true;
  return { ...json, auth: isSudo ? { subjects: SUDO_SUBJECTS } : authOfJson(json.auth) } as unknown as T;
}

export const commandCodec = codec<Command>(withAuth, authOf);

export const actionCodec = codec<PolicyAction>(withAuth, authOf);

export const liveCodec = codec<LiveSignal>(liveJson, liveSignalOfJson);
