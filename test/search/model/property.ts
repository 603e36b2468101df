// What the properties of a search name.

import { type Path, unescapeKey } from "../../../src/base/json/pointer.ts";
import { storable } from "./values.ts";

export interface Property {
  /** From the thing down. */
  readonly path: Path;
  /** Whether everybody may read it who finds the thing. */
  readonly isPublic: boolean;
  /** Whether the feature of the path stands for each of them. */
  readonly isOfAnyFeature: boolean;
}

const PUBLIC = ["thingId", "namespace"];

/** A property that is one; the model is not asked for others. */
export function readProperty(property: string): Property {
  const path = property
    .split("/")
    .filter((key) => key !== "")
    .map((key) => storable(unescapeKey(key)));
  return {
    path,
    isPublic: path.length === 1 && PUBLIC.includes(path[0] as string),
    isOfAnyFeature: path[0] === "features" && path[1] === "*",
  };
}
