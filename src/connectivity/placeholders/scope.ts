// Which placeholders there are in connections (basic-placeholders page, scope: connections).

import type { Values } from "../../base/placeholders/element.ts";
import { isHeaderPlaceholder } from "../../base/placeholders/header.ts";
import { isTimePlaceholder } from "../../base/placeholders/time.ts";
import { placeholderNames } from "../../pubsub/said.ts";

const THING_JSON = "thing-json:";
const named: ReadonlySet<string> = new Set([
  ...placeholderNames,
  ...["policy:id", "policy:namespace", "policy:name"],
  ...["connection:id", "request:subjectId"],
]);
/** Of a thing's ID there are placeholders of their own. */
const notInJson: ReadonlySet<string> = new Set(["id", "namespace", "name", ""]);

/** Whether there is a placeholder with this name wherever a connection may have some of a signal. */
export const isConnectionPlaceholder = (name: string): boolean =>
  named.has(name) ||
  isHeaderPlaceholder(name) ||
  isTimePlaceholder(name) ||
  (name.startsWith(THING_JSON) && !notInJson.has(name.slice(THING_JSON.length)));

/** Those in words. */
export const inConnections = `${[...named].join(", ")}, header:{name}, thing-json:{path}, time:now`;

/** Whether an authorization subject of a source may hold it. */
export const isSubjectPlaceholder = isHeaderPlaceholder;

export const inSubjects = "header:{name}";

/** Whether the input of an enforcement may hold it. */
export const isEnforcementInput = (name: string): boolean =>
  name === "source:address" || isHeaderPlaceholder(name);

export const inEnforcementInput = "source:address, header:{name}";

const ENFORCED = /^(?:thing|policy|entity):(?:id|namespace|name)$/;

/** Whether a filter of an enforcement may hold it. */
export const isEnforcementFilter = (name: string): boolean => ENFORCED.test(name);

export const inEnforcementFilters = "the id, namespace and name of thing:, policy: and entity:";

/** Looks a placeholder up by what stands before its first colon; one without values for its prefix has none. */
export const byPrefix =
  (sources: Readonly<Record<string, Values>>): Values =>
  (name) => {
    const prefix = name.slice(0, name.indexOf(":"));
    return Object.hasOwn(sources, prefix) ? (sources[prefix] as Values)(name) : none;
  };

const none: readonly string[] = [];

/** Values that are made when the first of them is asked for: most texts hold no placeholders. */
export function lazily(make: () => Values): Values {
  let made: Values | undefined;
  return (name) => {
    made ??= make();
    return made(name);
  };
}
