// What all algorithms of signing have in common.

import { createHash, createHmac } from "node:crypto";
import type { JsonObject, JsonValue } from "../../../../base/json/json.ts";
import { connectionInvalid } from "../../../errors.ts";
import type { HttpRequest } from "../request.ts";

/** A request as it is signed. */
export interface Signable extends HttpRequest {
  /** As in the header: with the port where that is not the scheme's own. */
  readonly host: string;
}

/** The headers that prove a request at a time. */
export type Signing = (request: Signable, now: Date) => Readonly<Record<string, string>>;

export const hmacSha256 = (key: string | Buffer, text: string): Buffer =>
  createHmac("sha256", key).update(text, "utf8").digest();

export const sha256Hex = (data: string | Buffer): string => createHash("sha256").update(data).digest("hex");

/** Reads parameters of credentials, refusing bad ones with `connectivity:connection.configuration.invalid` by their field. */
export class Parameters {
  readonly #json: JsonObject;

  constructor(json: JsonObject) {
    this.#json = json;
  }

  text(name: string): string {
    const value = this.optional(name, isText, "a text");
    if (value === undefined) throw invalid(name, "It is missing.");
    return value;
  }

  /** Bytes in base64. */
  key(name: string): Buffer {
    const text = this.text(name);
    if (text === "" || !/^[\w+/-]+={0,2}$/.test(text)) throw invalid(name, "It must be in base64.");
    return Buffer.from(text, "base64");
  }

  optional<T extends JsonValue>(
    name: string,
    fits: (value: JsonValue) => value is T,
    expected: string,
  ): T | undefined {
    const value = Object.hasOwn(this.#json, name) ? (this.#json[name] ?? undefined) : undefined;
    if (value === undefined) return undefined;
    if (!fits(value)) throw invalid(name, `It must be ${expected}.`);
    return value;
  }
}

export const isText = (value: JsonValue): value is string => typeof value === "string";

export const invalid = (name: string, reason: string) =>
  connectionInvalid(`/credentials/parameters/${name}`, reason);
