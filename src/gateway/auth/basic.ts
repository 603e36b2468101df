// HTTP Basic (RFC 7617): how a name and a password are written into the header.

/** A name and a password as a client gave them. */
export interface Credentials {
  readonly name: string;
  readonly password: string;
}

/** The header that a user of that name and password sends. */
export const basicHeader = (credentials: string): string =>
  `Basic ${Buffer.from(credentials).toString("base64")}`;

// biome-ignore lint/suspicious/noControlCharactersInRegex: bcrypt takes a password as often as one likes, with NUL between.
const control = /[\u0000-\u001f\u007f]/;

/**
 * Reads the header; undefined where it is no HTTP Basic, which has no control characters. The first colon ends the name;
 * without one there is none.
 */
export function readBasic(authorization: string): Credentials | undefined {
  const encoded = /^basic +([A-Za-z0-9+/=_-]+) *$/i.exec(authorization)?.[1];
  if (encoded === undefined) return undefined;
  const credentials = Buffer.from(encoded, "base64").toString();
  if (control.test(credentials)) return undefined;
  const colon = credentials.indexOf(":");
  return { name: credentials.slice(0, Math.max(colon, 0)), password: credentials.slice(colon + 1) };
}
