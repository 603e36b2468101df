// The kinds of value that settings of HTTP push have.

import { type Kind, text } from "./setting-kinds.ts";

const METHODS = ["CONNECT", "DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT", "TRACE"];

/** Whether a name is one of the methods of HTTP, as they are written. */
export const isHttpMethod = (name: string): boolean => METHODS.includes(name);

/** Methods of HTTP. */
export const httpMethods: Kind<readonly string[]> = {
  form: "method,…",
  secret: false,
  parse(given) {
    const names = given
      .split(",")
      .map((name) => name.trim())
      .filter((name) => name !== "");
    if (!names.every(isHttpMethod))
      throw new Error("must be methods of HTTP in capitals, separated by commas");
    return names;
  },
};

/** Any text, which errors and logs do not repeat. */
export const secretText: Kind<string> = { ...text, secret: true };
