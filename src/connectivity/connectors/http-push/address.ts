// Addresses of targets: `POST:/path?query`.

export const METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"] as const;
export type Method = (typeof METHODS)[number];

export interface Address {
  readonly method: Method;
  /** Begins with a slash or a question mark; what must not stand in a URI is percent-encoded. */
  readonly path: string;
}

/** Reads an address; `undefined` where its method is none. Placeholders may still stand in it. */
export function readAddress(address: string): Address | undefined {
  const colon = address.indexOf(":");
  const name = address.slice(0, Math.max(0, colon));
  const method = METHODS.find((candidate) => candidate === name);
  return method && { method, path: pathOf(address.slice(colon + 1)) };
}

/** The same of an address whose placeholders are resolved; as in Ditto one without a method is a path to post to. */
export const resolvedAddress = (address: string): Address =>
  readAddress(address) ?? { method: "POST", path: pathOf(address) };

function pathOf(text: string): string {
  const [path = ""] = text.split("#");
  return encodeIllegal(/^[/?]/.test(path) ? path : `/${path}`);
}

/** Percent-encodes what must not stand in a URI, and percent signs that encode nothing. */
export const encodeIllegal = (text: string): string =>
  text
    .toWellFormed()
    .replaceAll(/%(?![\da-fA-F]{2})/g, "%25")
    .replaceAll(/[^\w\-.~!$&'()*+,;=:@/?%]+/gu, encodeURIComponent);

/** Percent-encodes everything but letters, digits and `-._~`. */
export const encodeAll = (text: string): string =>
  encodeURIComponent(text.toWellFormed()).replaceAll(
    /[!'()*]/g,
    (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`,
  );
