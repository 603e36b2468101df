// Which properties an expression may name, and where their values stand.

import type { Path } from "../base/json/pointer.ts";
import { pathOf } from "./criterion.ts";
import { invalidRqlExpression, quoted } from "./errors.ts";

/** The names, beside those of attributes, features and metadata, that expressions of one place may use. */
export interface Vocabulary {
  /** Top-level fields of a thing that are addressed as a whole. */
  readonly fields: ReadonlySet<string>;
  /** Placeholders with their prefix, such as `topic:action`. */
  readonly placeholders: Pick<ReadonlySet<string>, "has">;
}

/** What conditions may name; filters of events know placeholders besides. `_policy` and the like belong to no thing. */
export const thingVocabulary: Vocabulary = {
  fields: new Set([
    "thingId",
    "policyId",
    "definition",
    "_namespace",
    "_revision",
    "_created",
    "_modified",
    "_metadata",
  ]),
  placeholders: new Set(),
};

export type Field =
  /** In attributes or a feature; arrays on the way stand for each of their elements. */
  | { readonly kind: "nested"; readonly path: Path }
  | { readonly kind: "metadata"; readonly path: Path }
  | { readonly kind: "simple"; readonly name: string }
  | { readonly kind: "placeholder"; readonly name: string };

/**
 * What a property addresses. A feature as a whole, or all its properties, can be asked for (`exists`, `empty`) but not
 * compared. A property that is none is refused with `rql.expression.invalid`.
 */
export function fieldOf(property: string, use: "compare" | "ask", vocabulary: Vocabulary): Field {
  const name = property.startsWith("/") ? property.slice(1) : property;
  const keys = name.split("/");
  if (keys.length > 1) {
    if (keys[0] === "attributes") return { kind: "nested", path: pathOf(name) };
    if (keys[0] === "_metadata") return { kind: "metadata", path: pathOf(name) };
    if (keys[0] === "features" && isFeatureField(keys, use)) return { kind: "nested", path: pathOf(name) };
  }
  if (vocabulary.fields.has(name)) return { kind: "simple", name };
  if (vocabulary.placeholders.has(name)) return { kind: "placeholder", name };
  throw invalidRqlExpression(
    `${quoted(property)} is no property that can be ${use === "ask" ? "asked for" : "compared"}.`,
  );
}

/** A slash may follow `definition`, `properties` and `desiredProperties`, but not the id of a feature. */
function isFeatureField([, id, part, ...inner]: readonly string[], use: "compare" | "ask"): boolean {
  if (id === "") return false;
  const isWhole = inner.length === 0 || (inner.length === 1 && inner[0] === "");
  switch (part) {
    case undefined:
      return use === "ask";
    case "definition":
      return isWhole;
    case "properties":
    case "desiredProperties":
      return use === "ask" || !isWhole;
    default:
      return false;
  }
}
