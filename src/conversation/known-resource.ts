// What may be done to the resources of an entity is the same on all doors.

import type { Path } from "../base/json/pointer.ts";
import type { Envelope } from "../protocol/envelope.ts";
import { unknownPath, unknownTopicPath } from "../protocol/errors.ts";
import type { Resource } from "../signals/resource.ts";
import type { Command, EntityKind } from "../signals/signal.ts";
import { aboutThing, type Handling } from "./handling.ts";
import { isKnownCommand } from "./known-commands.ts";

/** Refuses what is no command; only a whole is created. */
export function refuseUnknown(
  command: Pick<Command, "kind" | "action" | "path">,
  envelope: Envelope,
  handling: Handling,
): void {
  const { kind, path } = command;
  if (!isKnownCommand(resourceAt(kind, path, envelope, handling), command)) {
    Object.assign(handling, { about: aboutThing(handling.about), isTold: true });
    throw unknownTopicPath(envelope.topic);
  }
  handling.parts.rules[kind].checkPath(path);
}

/** The resource at the path of a message; refuses one where there is none. */
export function resourceAt(kind: EntityKind, path: Path, envelope: Envelope, handling: Handling): Resource {
  const resource = handling.parts.rules[kind].resource(path);
  if (resource) return resource;
  // Ditto knows nothing of such a message, not even its correlation ID.
  Object.assign(handling, { headers: {}, about: undefined });
  throw unknownPath(envelope.path);
}
