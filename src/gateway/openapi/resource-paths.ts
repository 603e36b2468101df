import type { HttpSchemaName } from "../../../schema/wire/schemas.ts";
import type { Path } from "../../base/json/pointer.ts";
import type { EntityKind } from "../../signals/signal.ts";

/** A resource of an entity as the document tells of it; its methods and entity tags are those of the resource table. */
export interface ResourcePath {
  /** Below the entity; a key in braces is a parameter. */
  readonly path: Path;
  /** Schema of its value. */
  readonly holds: HttpSchemaName;
  /** Schema of a new value, where it is another one. */
  readonly takes?: HttpSchemaName;
  /** Whether `fields` can select parts of its value. */
  readonly selectable?: true;
  /** "an attribute of a thing". */
  readonly says: string;
}

const collections: Readonly<Record<EntityKind, string>> = {
  thing: "/api/2/things",
  policy: "/api/2/policies",
};

/** The template of an entity or a part of one. */
export const resourceTemplate = (kind: EntityKind, path: Path): string =>
  [collections[kind], `{${kind}Id}`, ...path].join("/");

/** A path that the template stands for: a parameter is as good as any key. */
export const samplePath = (path: Path): Path => path.map((key) => key.replaceAll(/[{}]/g, ""));
