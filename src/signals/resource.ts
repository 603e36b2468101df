// One row of an entity's resource table: what a path of its JSON tree may be asked, and how it refuses.

import type { TwinError } from "../base/errors.ts";
import type { Path } from "../base/json/pointer.ts";

export type Method = "GET" | "PUT" | "PATCH" | "DELETE";

export interface Resource {
  readonly name: string;
  readonly methods: readonly Method[];
  /** `revision` for a whole entity (`"rev:7"`), `hash` of the value for a part of it. */
  readonly etag: "revision" | "hash" | "none";
  /** Set where a read is told no entity tag, though a write is. */
  readonly readEtag?: "none";
  /** What the entity tag is made of while the resource is absent, where it has one then. */
  readonly absentTag?: string;
  /** Whether a read may select fields of it. */
  readonly selects?: true;
  /** Entity tag after a merge, where it is not that of the resource. */
  readonly mergeEtag?: "revision";
  notFound(id: string, path: Path): TwinError;
  notModifiable(id: string, path: Path): TwinError;
}
