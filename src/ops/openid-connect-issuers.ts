// Whose tokens count, as in Ditto's configuration `openid-connect-issuers`, but as JSON.

import { isJwtPlaceholder } from "../base/placeholders/jwt.ts";
import type { Template } from "../base/placeholders/template.ts";
import { isInjectable } from "./injected-headers.ts";
import { jsonOf, membersOf, textsOf } from "./json-kind.ts";
import type { Kind } from "./setting-kinds.ts";
import { templateOf } from "./templates.ts";

/** One authorization server, or several that are trusted alike. */
export interface OpenIdConnectIssuer {
  /** What stands before the colon of its subjects. */
  readonly subjectIssuer: string;
  /** Values of the claim `iss`; each stands for itself, and for itself after `https://` or whatever the protocol is. */
  readonly issuers: readonly string[];
  /** With placeholders `jwt:…`: what stands behind the colon. One without is a subject of every token, as in Ditto. */
  readonly authSubjects: readonly Template[];
  /** Headers that commands get, by lower-case name. */
  readonly injectClaimsIntoHeaders: Readonly<Record<string, Template>>;
  /** Each of them must resolve to something. */
  readonly prerequisiteConditions: readonly Template[];
}

const form = '{"prefix":{"issuer":"host/path","auth-subjects":[…]},…}';

/** JSON such as `{"keycloak":{"issuer":"idp.example.org/realms/a"}}`; an empty object trusts nobody. */
export const openIdConnectIssuers: Kind<readonly OpenIdConnectIssuer[]> = {
  form,
  secret: false,
  parse(text) {
    const trusted = Object.entries(membersOf(jsonOf(text, form), "the value")).map(([prefix, value]) =>
      issuerOf(prefix, value),
    );
    const all = trusted.flatMap(({ issuers }) => issuers.map(withoutProtocol));
    const twice = all.find((issuer, i) => all.indexOf(issuer) < i);
    if (twice !== undefined) throw new Error(`must name each issuer only once, "${twice}" too`);
    return trusted;
  },
};

/** An issuer as it stands in the address of its discovery document: without protocol and without a slash at its end. */
export const issuerAddress = (issuer: string): string => withoutProtocol(issuer).replace(/\/$/, "");

const withoutProtocol = (issuer: string): string => issuer.replace(/^https?:\/\//, "");

const names = ["issuer", "issuers", "auth-subjects", "inject-claims-into-headers", "prerequisite-conditions"];

function issuerOf(prefix: string, value: unknown): OpenIdConnectIssuer {
  if (!/^[^\p{Cc}]+$/u.test(prefix)) throw new Error("must have prefixes without control characters");
  const given = membersOf(value, prefix, names);
  const several = textsOf(given.issuers ?? [], `${prefix}.issuers`);
  const issuers = several.length > 0 ? several : [textOf(given.issuer, `${prefix}.issuer`)];
  issuers.forEach(checkAddress);
  return {
    subjectIssuer: prefix,
    issuers,
    authSubjects: templates(given["auth-subjects"] ?? ["{{jwt:sub}}"], `${prefix}.auth-subjects`),
    injectClaimsIntoHeaders: headersOf(
      given["inject-claims-into-headers"] ?? {},
      `${prefix}.inject-claims-into-headers`,
    ),
    prerequisiteConditions: templates(
      given["prerequisite-conditions"] ?? [],
      `${prefix}.prerequisite-conditions`,
    ),
  };
}

function textOf(value: unknown, place: string): string {
  if (typeof value !== "string" || value === "") throw new Error(`must have text as ${place}`);
  return value;
}

function checkAddress(issuer: string): void {
  const url = URL.parse(`https://${issuerAddress(issuer)}`);
  if (!url || /[\s?#@\\]/.test(issuer))
    throw new Error(`must have issuers of the form host/path, which "${issuer}" is not`);
}

const templates = (value: unknown, place: string): readonly Template[] =>
  textsOf(value, place).map((text) => templateOf(text, place, isJwtPlaceholder));

function headersOf(value: unknown, place: string): Readonly<Record<string, Template>> {
  return Object.fromEntries(
    Object.entries(membersOf(value, place)).map(([given, text]) => {
      const name = given.toLowerCase();
      if (!/^[\w.!#$%&'*+^`|~-]+$/.test(name)) throw new Error(`must have names of headers in ${place}`);
      if (!isInjectable(name))
        throw new Error(`must have headers in ${place} that a client may send, which ${given} is not`);
      if (typeof text !== "string") throw new Error(`must have text as ${place}.${given}`);
      return [name, templateOf(text, place, isJwtPlaceholder)];
    }),
  );
}
