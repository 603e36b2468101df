// What of a connection is kept and has no effect: names that are none, and logins that its transport does not use.

import { below } from "../fields.ts";
import type { Connection, Credentials } from "../model.ts";
import { optionNames } from "../option-names.ts";
import { partsOf } from "../uri.ts";
import { mapperOptionNames } from "./mapper-options.ts";

/** What has no effect for one reason: its JSON pointers, at least one. */
export interface Ignored {
  readonly fields: readonly string[];
  readonly reason: string;
}

/** All of a validated connection that has no effect, as with Ditto: each may be a mistake, and none is a fault. */
export const ignoredIn = (connection: Connection): readonly Ignored[] => [
  ...ignoredLogins(connection),
  ...ignoredOptions(connection),
  ...ignoredMapperOptions(connection),
];

const MOST = 10;

const listed = (texts: readonly string[], between = ", "): string =>
  [...texts.slice(0, MOST), ...(texts.length > MOST ? [`${texts.length - MOST} more`] : [])].join(between);

/** What to tell an operator of it in one text; undefined where everything has an effect. */
export function ignoredText(connection: Connection): string | undefined {
  const ignored = ignoredIn(connection);
  if (ignored.length === 0) return undefined;
  const told = ignored.map(({ fields, reason }) => `${listed(fields)} (${reason})`);
  return `No effect in this connection have ${listed(told, "; ")}.`;
}

function ignoredOptions({ connectionType, specificConfig }: Connection): Ignored[] {
  const known = optionNames(connectionType);
  const unknown = Object.keys(specificConfig).filter((name) => !known.includes(name));
  return unknownNames(unknown, "/specificConfig", `options of ${connectionType} are ${known.join(", ")}`);
}

function ignoredMapperOptions({ mappingDefinitions }: Connection): Ignored[] {
  return Object.entries(mappingDefinitions).flatMap(([id, { mappingEngine, options }]) => {
    const known = mapperOptionNames(mappingEngine) ?? Object.keys(options);
    const unknown = Object.keys(options).filter((name) => !known.includes(name));
    const at = `${pointerOf("/mappingDefinitions", id)}/options`;
    return unknownNames(unknown, at, `options of this mapper are ${known.join(", ")}`);
  });
}

const unknownNames = (names: readonly string[], at: string, reason: string): Ignored[] =>
  names.length === 0 ? [] : [{ fields: names.map((name) => pointerOf(at, name)), reason }];

/** Names come from whoever made the connection. */
const pointerOf = (at: string, name: string): string => below(at, name.slice(0, 100).toWellFormed());

const USER_ALONE = /^[^:]+:\/\/[^@/?#:]*@/;
const encrypted: ReadonlySet<string> = new Set(["ssl", "tls", "https"]);

function ignoredLogins({ connectionType, credentials, uri, specificConfig }: Connection): Ignored[] {
  const { userName, scheme } = partsOf(uri);
  const found: Ignored[] = [];
  if (USER_ALONE.test(uri))
    found.push({ fields: ["/uri"], reason: "a user without a password, user:password@, is none" });
  if (credentials && !usesOf(connectionType).includes(credentials.type))
    found.push({
      fields: ["/credentials"],
      reason: `${connectionType} does not use the type ${credentials.type}: user and password stand in the URI`,
    });
  if (credentials?.type === "client-cert" && !encrypted.has(scheme))
    found.push({
      fields: ["/credentials"],
      reason: `${scheme} is not encrypted, so that no certificate is shown`,
    });
  if (connectionType === "kafka" && Object.hasOwn(specificConfig, "saslMechanism") && userName === undefined)
    found.push({ fields: ["/specificConfig/saslMechanism"], reason: "the URI holds no user and password" });
  return found;
}

/** The types of credentials that a transport makes something of; the others are refused, or passed over. */
const usesOf = (type: Connection["connectionType"]): readonly Credentials["type"][] =>
  type === "http-push"
    ? ["client-cert", "plain", "hmac", "oauth-client-credentials", "oauth-password"]
    : type === "nats"
      ? ["client-cert", "plain"]
      : ["client-cert"];
