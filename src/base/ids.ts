// Namespaced ids `namespace:name` (basic-namespaces-and-names page).

const MAX_LENGTH = 256;
const namespacePattern = /^[a-zA-Z]\w*(?:[.-][a-zA-Z]\w*)*$/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: the control characters are what a name may not hold.
const namePattern = /^[^\u0000-\u001f\u007f-\u00ff/]+$/;

/** Whether a text is an id: a namespace, a colon and a name, at most 256 characters together. */
export function isNamespacedId(id: string): boolean {
  const colon = id.indexOf(":");
  return (
    id.length <= MAX_LENGTH &&
    colon > 0 &&
    namespacePattern.test(id.slice(0, colon)) &&
    namePattern.test(id.slice(colon + 1)) &&
    id.isWellFormed()
  );
}

/** The namespace of a valid id. */
export const namespaceOf = (id: string): string => id.slice(0, id.indexOf(":"));
/** The name of a valid id. */
export const nameOf = (id: string): string => id.slice(id.indexOf(":") + 1);
