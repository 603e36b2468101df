import { defineError } from "../errors.ts";

export const invalidJson = defineError("json.invalid", 400, (reason: string) => ({
  message: "The JSON could not be read.",
  description: reason,
}));

export const invalidJsonKey = defineError("json.key.invalid", 400, (key: string) => ({
  message: `The JSON key '${key}' is not allowed.`,
  description: "A key holds neither '/' nor characters of U+0000–U+001F and U+007F–U+00FF.",
}));

export const invalidJsonPointer = defineError("json.pointer.invalid", 400, (pointer: string) => ({
  message: `The JSON pointer '${pointer}' is not valid.`,
  description: "Keys are separated by single slashes; an empty key is not allowed.",
}));

export const invalidFieldSelector = defineError("json.fieldselector.invalid", 400, (selector: string) => ({
  message: `The field selector '${selector}' is not valid.`,
  description: "Fields are separated by commas, nested fields by slashes or grouped in balanced parentheses.",
}));

export const missingJsonField = defineError("json.field.missing", 400, (field: string) => ({
  message: `The JSON lacks the field '${field}'.`,
  description: "Add the field and send the request again.",
}));

export const emptyJsonBody = defineError("json.format.invalid", 400, () => ({
  message: "The request has no body, but needs a JSON value.",
}));
