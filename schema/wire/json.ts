// JSON as the server takes it. A schema names another one of the wire by `$ref`; schemas.ts holds them by name.

import { Type } from "typebox";

/** A reference to a schema by its name in the table of wire schemas. */
export const named = (name: string) => Type.Ref(name);

/** A pattern of JSON Schema for what a JSON key, and likewise a feature ID, may hold. */
export const keyPattern = "^[^/\\u0000-\\u001f\\u007f-\\u00ff]+$";

/** The same for keys between slashes. */
export const keysPattern = "^[^/\\u0000-\\u001f\\u007f-\\u00ff]+(?:/[^/\\u0000-\\u001f\\u007f-\\u00ff]+)*$";

export const jsonSchemas = {
  JsonKey: Type.String({
    description: "A key: neither empty nor with a slash or a character of U+0000–U+001F and U+007F–U+00FF.",
    minLength: 1,
    pattern: keyPattern,
  }),
  // The keywords about members only bind objects, so this is any JSON whose keys are allowed.
  JsonValue: Type.Unknown({
    description:
      "Any JSON. Integers are kept exactly up to 64 bits and refused beyond, other numbers are doubles.",
    propertyNames: named("JsonKey"),
    additionalProperties: named("JsonValue"),
  }),
  JsonObject: Type.Object(
    {},
    {
      description: "A JSON object of any content.",
      propertyNames: named("JsonKey"),
      additionalProperties: named("JsonValue"),
    },
  ),
  JsonPatch: Type.Array(
    Type.Object(
      {
        op: Type.String({ enum: ["add", "remove", "replace", "move", "copy", "test"] }),
        path: Type.String({ description: "A JSON pointer.", pattern: "^(?:/.*)?$" }),
        from: Type.Optional(Type.String({ description: "A JSON pointer.", pattern: "^(?:/.*)?$" })),
        value: Type.Optional(named("JsonValue")),
      },
      { description: "One step of a JSON Patch." },
    ),
    { description: "The steps of a JSON Patch (RFC 6902), all of which happen or none." },
  ),
};
