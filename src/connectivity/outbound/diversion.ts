// Whether an answer goes to another connection than the one that its question came by (connectivity-response-diversion page).

import type { Connection, ResponseType } from "../model.ts";

/** What a connection says of diversion in its specific configuration. */
export interface DiversionConfig {
  /** Whether answers of it may be diverted. */
  readonly isSource: boolean;
  /** Whether it takes answers of others. */
  readonly isTarget: boolean;
  /** Whether a diverted answer goes to its own reply target as well. */
  readonly preserves: boolean;
  /** The connections whose answers it takes. */
  readonly authorized: ReadonlySet<string>;
}

export function diversionConfig({ specificConfig }: Pick<Connection, "specificConfig">): DiversionConfig {
  const isTrue = (name: string) => (specificConfig[name] ?? "").trim().toLowerCase() === "true";
  return {
    isSource: isTrue("is-diversion-source"),
    isTarget: isTrue("is-diversion-target"),
    preserves: isTrue("preserve-normal-response-via-source"),
    authorized: new Set(namesOf(specificConfig["authorized-connections-as-sources"] ?? "")),
  };
}

const namesOf = (text: string): readonly string[] =>
  text
    .split(",")
    .map((name) => name.trim())
    .filter((name) => name !== "");

const known: ReadonlySet<string> = new Set(["response", "error", "nack"]);
const byDefault: ReadonlySet<string> = new Set(["response", "error"]);

/** Whether an answer of this type is diverted by what the header `divert-expected-response-types` says. */
export function divertsType(types: string | undefined, type: ResponseType): boolean {
  if (types === undefined || types.trim() === "") return byDefault.has(type);
  const wanted = namesOf(types).filter((name) => known.has(name));
  return wanted.length === 0 || wanted.includes(type);
}
