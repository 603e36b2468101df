// The keys of one issuer as they are known now.
//
// none ──ask──► fresh ──(refreshMs)──► due ──ask──► fresh
//                                       └─(keepMs without an answer)──► none
//
// Only one question is on its way at a time, whoever waits for its answer. In the long run the issuer is asked once in
// restMs, so that forged key IDs cost no more, and a few times in a row, so that a new key is known at once. While it
// does not answer it is left alone for restMs after each question.

import { performance } from "node:perf_hooks";
import { createLocalJWKSet, type JSONWebKeySet, type JWTVerifyGetKey } from "jose";
import { getKey, isObject, type JsonObject, type JsonValue } from "../../../base/json/json.ts";
import { keysUnavailable } from "./errors.ts";

/** A key set stays the same object as long as the issuer's keys stay the same. */
export interface KeySet {
  readonly text: string;
  readonly ids: ReadonlySet<string>;
  readonly find: JWTVerifyGetKey;
}

/** Times in milliseconds. */
export interface KeyTimes {
  /** From when on the keys are asked for again, so that one that was withdrawn stops counting. */
  readonly refreshMs: number;
  /** How long they count while the issuer does not answer. */
  readonly keepMs: number;
  /** How often the issuer is asked in the long run, and how long it is left alone when it did not answer. */
  readonly restMs: number;
}

/** How many questions may follow one another without a rest. */
const IN_A_ROW = 5;

export class IssuerKeys {
  readonly #ask: () => Promise<readonly JsonValue[]>;
  readonly #times: KeyTimes;
  #set: KeySet | undefined;
  #setAt = Number.NEGATIVE_INFINITY;
  #answeredAt = Number.NEGATIVE_INFINITY;
  /** Each question moves it by restMs, so that it runs ahead of the clock when they follow one another. */
  #restedAt = Number.NEGATIVE_INFINITY;
  #asking: Promise<KeySet> | undefined;
  /** Why the last question had no answer. */
  #failure: unknown;

  constructor(ask: () => Promise<readonly JsonValue[]>, times: KeyTimes) {
    this.#ask = ask;
    this.#times = times;
  }

  /** The keys, if they need not be asked for. */
  current(): KeySet | undefined {
    return this.#age() < this.#times.refreshMs ? this.#set : undefined;
  }

  /** The keys to look for a key in: asked for where they are due, or the key is unknown. Rejects with 503 without an answer. */
  async having(keyId: string): Promise<KeySet> {
    const known = this.current();
    const set = known ?? (await this.#renewed());
    if (set.ids.has(keyId)) return set;
    if (known && this.#mayAsk()) return this.#refresh();
    if (this.#failure !== undefined) throw this.#failure;
    return set;
  }

  #age = (): number => performance.now() - this.#setAt;

  #mayAsk(): boolean {
    if (this.#asking !== undefined) return true;
    const { restMs } = this.#times;
    const now = performance.now();
    return this.#failure === undefined
      ? this.#restedAt - now <= (IN_A_ROW - 1) * restMs
      : now - this.#answeredAt >= restMs;
  }

  async #renewed(): Promise<KeySet> {
    const old = this.#age() < this.#times.keepMs ? this.#set : undefined;
    if (!this.#mayAsk()) {
      if (old) return old;
      throw this.#failure ?? keysUnavailable();
    }
    const renewed = this.#refresh();
    if (!old) return renewed;
    const ifItFails = renewed.catch(() => old);
    // Once it is known that the issuer does not answer, nobody waits for it.
    return this.#failure === undefined ? ifItFails : old;
  }

  #refresh(): Promise<KeySet> {
    this.#asking ??= this.#asked();
    return this.#asking;
  }

  async #asked(): Promise<KeySet> {
    this.#restedAt = Math.max(this.#restedAt, performance.now()) + this.#times.restMs;
    try {
      return this.#take(keySet(await this.#ask()));
    } catch (error) {
      this.#failure = error;
      throw error;
    } finally {
      this.#asking = undefined;
      this.#answeredAt = performance.now();
    }
  }

  #take(set: KeySet): KeySet {
    this.#failure = undefined;
    this.#setAt = performance.now();
    if (this.#set?.text !== set.text) this.#set = set;
    return this.#set ?? set;
  }
}

/** Of the keys that an issuer has, those count that can have signed a token: public ones, RSA or EC, with an ID. */
function keySet(all: readonly JsonValue[]): KeySet {
  const keys = all.filter(isPublicKey);
  return {
    text: JSON.stringify(keys),
    ids: new Set(keys.map((key) => String(key.kid))),
    find: createLocalJWKSet({ keys } as unknown as JSONWebKeySet),
  };
}

function isPublicKey(key: JsonValue): key is JsonObject {
  if (!isObject(key)) return false;
  const type = getKey(key, "kty");
  return (
    (type === "RSA" || type === "EC") &&
    typeof getKey(key, "kid") === "string" &&
    getKey(key, "d") === undefined
  );
}
