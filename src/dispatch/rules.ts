// What the dispatcher needs to know of a kind of entity; things and policies fill in the same form.

import type { TwinError } from "../base/errors.ts";
import type { JsonValue } from "../base/json/json.ts";
import type { Path } from "../base/json/pointer.ts";
import type { Decision } from "../signals/decision.ts";
import type { Resource } from "../signals/resource.ts";
import type { Change, Command, EntityKind, EntityState } from "../signals/signal.ts";
import type { PreconditionFailed } from "./preconditions.ts";

export interface EntityRules {
  readonly kind: EntityKind;
  /** Longest JSON text of an entity. */
  readonly maxSize: number;
  resource(path: Path): Resource | undefined;
  /** The value at a path that {@link resource} knows, or `undefined`. */
  valueAt(state: EntityState, path: Path): JsonValue | undefined;
  /** The same for a reader, who is told what is missing: the value or something above it. */
  retrieve(state: EntityState, id: string, path: Path): JsonValue;
  /** Refuses a path with keys that the entity's JSON cannot have. */
  checkPath(path: Path): void;
  /** Refuses a body that is wrong whatever the state is; what is decided on a state judges it again. */
  checkBody(command: Command): void;
  /** Refuses a new entity that its creator could not change any more. */
  checkCreation(command: Command): void;
  decide(state: EntityState | undefined, command: Command): Decision;
  apply(state: EntityState | undefined, change: Change, revision: number, timestamp: number): EntityState;
  readonly idInvalid: (id: string) => TwinError;
  readonly idNotSettable: (id: string) => TwinError;
  readonly notFound: (id: string) => TwinError;
  readonly notModifiable: (id: string) => TwinError;
  readonly notDeletable: (id: string) => TwinError;
  readonly unavailable: (id: string) => TwinError;
  readonly tooLarge: (id: string, size: number, max: number) => TwinError;
  readonly preconditionFailed: PreconditionFailed;
  readonly isEqual: () => TwinError;
  /** Whether a merge leaves out objects in which it says nothing. */
  readonly removeEmptyObjects: boolean;
}
