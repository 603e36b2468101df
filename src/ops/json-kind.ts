// Reading settings that are JSON. Each error completes the sentence "ENTITY_CREATION is …, but must …".

export type Members = Readonly<Record<string, unknown>>;

/** The value that a text stands for; `form` is what the text should look like. */
export function jsonOf(text: string, form: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Error(`must be JSON of the form ${form}`);
  }
}

/** The members of an object, which may have only these names; without `names` it may have any. */
export function membersOf(value: unknown, place: string, names?: readonly string[]): Members {
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw new Error(`must have an object as ${place}`);
  const stranger = names && Object.keys(value).find((name) => !names.includes(name));
  if (stranger !== undefined)
    throw new Error(`must have only ${names?.join(", ")} in ${place}, not "${stranger}"`);
  return value as Members;
}

/** A list of texts, none of them empty. */
export function textsOf(value: unknown, place: string): readonly string[] {
  if (!Array.isArray(value) || !value.every((item) => typeof item === "string" && item !== ""))
    throw new Error(`must have a list of texts as ${place}`);
  return value;
}
