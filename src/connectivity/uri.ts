// URIs of connections: `scheme://user:password@host:port/path`, without a query.

import { connectionUriInvalid } from "./errors.ts";

export interface ConnectionUri {
  /** As it is kept: ASCII, with everything else percent-encoded. */
  readonly text: string;
  readonly scheme: string;
  /** Decoded; present together with the password only. */
  readonly userName?: string;
  readonly password?: string;
  /** An IPv6 address without its brackets. */
  readonly host: string;
  readonly port: number;
  /** Still encoded; empty, or beginning with a slash. */
  readonly path: string;
}

const MAX_LENGTH = 4_000;
const PARTS =
  /^([a-zA-Z][a-zA-Z0-9+.-]*):\/\/(?:([^@/?#]*)@)?(\[[\da-fA-F:.]+\]|[^:@/?#[\]]+):(\d{1,5})(\/[^?#]*)?(#.*)?$/s;
/** Labels of a host name; the last does not begin with a digit, unless all of it is an IPv4 address. */
const LABEL = /^[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?$/;
const IPV4 = /^\d{1,3}(?:\.\d{1,3}){3}$/;
/** What a URI may hold, with escapes that are whole. */
const CHARACTERS = /^(?:[\w!$&'()*+,;=:@/.~[\]#-]|%[\da-fA-F]{2})*$/;

/** Reads the URI of a field; refuses what is none with `connectivity:connection.uri.invalid`. */
export function readUri(given: string, field: string): ConnectionUri {
  if (given.length > MAX_LENGTH) throw connectionUriInvalid(field, `It has over ${MAX_LENGTH} characters.`);
  if (!given.isWellFormed()) throw connectionUriInvalid(field, "It is no well-formed text.");
  const text = inAscii(given);
  const [, scheme = "", user, host = "", port = "", path = ""] = PARTS.exec(text) ?? [];
  if (scheme === "") throw connectionUriInvalid(field, whatIsWrongWith(text));
  if (!CHARACTERS.test(text))
    throw connectionUriInvalid(
      field,
      "A blank, '%' or another special character in it must be percent-encoded.",
    );
  if (!isHost(host))
    throw connectionUriInvalid(
      field,
      `Its host '${host}' is neither an address nor a name of letters, digits, '-' and '.'.`,
    );
  if (Number(port) < 1 || Number(port) > 65_535)
    throw connectionUriInvalid(field, `Its port is ${port}, and must be 1 to 65535.`);
  return { text, scheme, ...credentialsOf(user), host: bare(host), port: Number(port), path };
}

/** Why a URI cannot be taken apart; what stands in it is not repeated, since it may hold a password at any place. */
function whatIsWrongWith(text: string): string {
  const [, authority] = /^[a-zA-Z][a-zA-Z0-9+.-]*:\/\/([^/?#]*)/.exec(text) ?? [];
  if (authority === undefined) return "It does not begin with a scheme, as in tcp://host:1883.";
  const at = text.indexOf("@");
  if (at >= 0 && (at !== text.lastIndexOf("@") || !authority.includes("@")))
    return "In a user or password, '@' is written as %40, ':' as %3A, '/' as %2F, '?' as %3F, '#' as %23, '%' as %25.";
  if (text.includes("?")) return "It must have no query: nothing from '?' on.";
  if (authority.endsWith("@") || authority === "")
    return "It lacks a host and a port, as in tcp://host:1883.";
  return "Its host must be followed by a port, a number, as in tcp://host:1883.";
}

/** The same of a URI that was accepted before. */
export const partsOf = (uri: string): ConnectionUri => readUri(uri, "/uri");

const inAscii = (text: string): string =>
  text.replaceAll(/[\u0080-\u{10ffff}]+/gu, (part) => encodeURIComponent(part.normalize("NFC")));

const bare = (host: string): string => (host.startsWith("[") ? host.slice(1, -1) : host);

function isHost(host: string): boolean {
  if (host.startsWith("[")) return URL.canParse(`http://${host}/`);
  if (IPV4.test(host)) return host.split(".").every((part) => Number(part) <= 255);
  const labels = host.replace(/\.$/, "").split(".");
  return host.length <= 255 && labels.every((label) => LABEL.test(label)) && !/^\d/.test(labels.at(-1) ?? "");
}

/** Ditto takes a user without a password for none. */
function credentialsOf(user: string | undefined): { userName?: string; password?: string } {
  const colon = user?.indexOf(":") ?? -1;
  if (user === undefined || colon < 0) return {};
  return { userName: decoded(user.slice(0, colon)), password: decoded(user.slice(colon + 1)) };
}

/** Bytes that are no UTF-8 stay as they were written. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
