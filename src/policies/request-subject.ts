// `{{ request:subjectId }}` as the id of a subject that is written: it stands for the first subject of the caller.

import { getKey, isObject, type JsonObject, type JsonValue, putKey } from "../base/json/json.ts";
import type { Command } from "../signals/signal.ts";

const placeholder = /\{\{\s*request:subjectId\s*\}\}|\$\{request\.subjectId\}/g;

/**
 * The command with the caller's subject in place of the placeholder: in a policy, entries, an entry or subjects that are
 * written, and in the path of a subject. The path is to be replaced before it is authorized.
 */
export function withCallersSubject(command: Command): Command {
  const { path, value, action, auth } = command;
  const caller = auth.subjects[0];
  if (caller === undefined || (action !== "create" && action !== "modify")) return command;
  if (path[0] === "entries" && path[2] === "subjects" && path.length > 3) {
    const id = path.slice(3).join("/");
    const named = nameCaller(id, caller);
    return named === id ? command : { ...command, path: [...path.slice(0, 3), named] };
  }
  if (value === undefined) return command;
  const named = replacedAt(path, value, caller);
  return named === value ? command : { ...command, value: named };
}

function replacedAt(
  [root, label, part, ...rest]: readonly string[],
  value: JsonValue,
  caller: string,
): JsonValue {
  if (root === undefined) return inMember(value, "entries", (entries) => inEntries(entries, caller));
  if (root !== "entries" || rest.length > 0) return value;
  if (label === undefined) return inEntries(value, caller);
  if (part === undefined) return inEntry(value, caller);
  return part === "subjects" ? inSubjects(value, caller) : value;
}

const nameCaller = (id: string, caller: string) => id.replace(placeholder, () => caller);

function inEntries(entries: JsonValue, caller: string): JsonValue {
  if (!isObject(entries)) return entries;
  return Object.keys(entries).reduce<JsonValue>(
    (result, label) => inMember(result, label, (entry) => inEntry(entry, caller)),
    entries,
  );
}

const inEntry = (entry: JsonValue, caller: string): JsonValue =>
  inMember(entry, "subjects", (subjects) => inSubjects(subjects, caller));

/** As in Ditto, the caller comes after the subjects that are named by themselves. */
function inSubjects(subjects: JsonValue, caller: string): JsonValue {
  if (!isObject(subjects)) return subjects;
  const ids = Object.keys(subjects);
  const replaced = ids.filter((id) => nameCaller(id, caller) !== id);
  if (replaced.length === 0) return subjects;
  const result: { [id: string]: JsonValue } = {};
  for (const id of ids) if (!replaced.includes(id)) putKey(result, id, subjects[id] as JsonValue);
  for (const id of replaced) putKey(result, nameCaller(id, caller), subjects[id] as JsonValue);
  return result;
}

function inMember(value: JsonValue, key: string, replace: (member: JsonValue) => JsonValue): JsonValue {
  const member = isObject(value) ? getKey(value, key) : undefined;
  if (member === undefined) return value;
  const replaced = replace(member);
  if (replaced === member) return value;
  const copy: { [key: string]: JsonValue } = { ...(value as JsonObject) };
  putKey(copy, key, replaced);
  return copy;
}
