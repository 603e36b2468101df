// Whose tokens count, as in Ditto's configuration `openid-connect-issuers`, but as JSON.

import { jwtPlaceholder } from "../base/placeholders/jwt.ts";
import { compileTemplate } from "../base/placeholders/template.ts";
import type { Kind } from "./setting-kinds.ts";

/** One authorization server, or several that are trusted alike. Texts with placeholders are known to compile. */
export interface OpenIdConnectIssuer {
  /** What stands before the colon of its subjects. */
  readonly subjectIssuer: string;
  /** Values of the claim `iss`; each stands for itself, and for itself after `https://` or whatever the protocol is. */
  readonly issuers: readonly string[];
  /** Texts with placeholders `jwt:…`: what stands behind the colon. */
  readonly authSubjects: readonly string[];
  /** Headers by lower-case name that commands get, from texts with placeholders. */
  readonly injectClaimsIntoHeaders: Readonly<Record<string, string>>;
  /** Texts with placeholders, each of which must resolve to something. */
  readonly prerequisiteConditions: readonly string[];
}

const form = '{"prefix":{"issuer":"host/path","auth-subjects":[…]},…}';

/** JSON such as `{"keycloak":{"issuer":"idp.example.org/realms/a"}}`; an empty object trusts nobody. */
export const openIdConnectIssuers: Kind<readonly OpenIdConnectIssuer[]> = {
  form,
  secret: false,
  parse(text) {
    const trusted = Object.entries(members(jsonOf(text), "the value")).map(([prefix, value]) =>
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

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Error(`must be JSON of the form ${form}`);
  }
}

function members(value: unknown, place: string): Readonly<Record<string, unknown>> {
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw new Error(`must have an object as ${place}`);
  return value as Readonly<Record<string, unknown>>;
}

const known = [
  "issuer",
  "issuers",
  "auth-subjects",
  "inject-claims-into-headers",
  "prerequisite-conditions",
] as const;

function issuerOf(prefix: string, value: unknown): OpenIdConnectIssuer {
  if (!/^[^\p{Cc}]+$/u.test(prefix)) throw new Error("must have prefixes without control characters");
  const given: { readonly [name in (typeof known)[number]]?: unknown } = members(value, prefix);
  const stranger = Object.keys(given).find((name) => !known.some((one) => one === name));
  if (stranger !== undefined)
    throw new Error(`must have only ${known.join(", ")} in ${prefix}, not "${stranger}"`);
  const several = texts(given.issuers ?? [], `${prefix}.issuers`);
  const issuers = several.length > 0 ? several : texts([given.issuer], `${prefix}.issuer`);
  issuers.forEach(checkAddress);
  return {
    subjectIssuer: prefix,
    issuers,
    authSubjects: templates(given["auth-subjects"] ?? ["{{jwt:sub}}"], `${prefix}.auth-subjects`),
    injectClaimsIntoHeaders: headersOf(given["inject-claims-into-headers"] ?? {}, prefix),
    prerequisiteConditions: templates(
      given["prerequisite-conditions"] ?? [],
      `${prefix}.prerequisite-conditions`,
    ),
  };
}

function texts(value: unknown, place: string): readonly string[] {
  if (!Array.isArray(value) || !value.every((item) => typeof item === "string" && item !== ""))
    throw new Error(`must have text as ${place}`);
  return value;
}

function checkAddress(issuer: string): void {
  const url = URL.parse(`https://${issuerAddress(issuer)}`);
  if (!url || /[\s?#@\\]/.test(issuer))
    throw new Error(`must have issuers of the form host/path, which "${issuer}" is not`);
}

function templates(value: unknown, place: string): readonly string[] {
  const all = texts(value, place);
  for (const text of all) checkTemplate(text, place);
  return all;
}

function headersOf(value: unknown, prefix: string): Readonly<Record<string, string>> {
  const place = `${prefix}.inject-claims-into-headers`;
  return Object.fromEntries(
    Object.entries(members(value, place)).map(([name, text]) => {
      if (!/^[\w.!#$%&'*+^`|~-]+$/.test(name)) throw new Error(`must have names of headers in ${place}`);
      if (typeof text !== "string") throw new Error(`must have text as ${place}.${name}`);
      checkTemplate(text, place);
      return [name.toLowerCase(), text];
    }),
  );
}

/** Resolved once as well, since the path of a claim is only read then. */
function checkTemplate(text: string, place: string): void {
  try {
    compileTemplate(text, isClaim).resolve(jwtPlaceholder({}));
  } catch (error) {
    throw new Error(`must have texts with placeholders as ${place}: ${(error as Error).message}`);
  }
}

/** Whether a placeholder is one of those that the claims of a token resolve. */
export const isClaim = (name: string): boolean => name.startsWith("jwt:");
