import { defineError } from "../../base/errors.ts";

export const unsupportedMediaType = defineError(
  "mediatype.unsupported",
  415,
  (given: string, allowed: string) => ({
    message: `The content type '${given}' is not supported here.`,
    description: `Use ${allowed}.`,
  }),
);

export const unsupportedPatchType = defineError("mediatype.unsupported", 415, (given: string) => ({
  message: `The content type '${given}' is not supported here.`,
  description: "Use application/merge-patch+json, or application/json-patch+json.",
  href: "https://tools.ietf.org/html/rfc7396",
}));

export const unsupportedApiVersion = defineError("api.version.notsupported", 404, (version: string) => ({
  message: `The API version '${version}' is not supported.`,
  description: "Use version 2.",
}));

export const searchOptionInvalid = defineError("rql.expression.invalid", 400, (option: string) => ({
  message: `The option '${option}' is not valid.`,
  description: "It is size(n) and cursor(c), separated by a comma.",
}));

export const sizeTooLarge = defineError("thing-search:search.option.invalid", 400, (size: number) => ({
  message: `The page size ${size} is not possible.`,
  description: "It is between 1 and 200.",
}));

export const duplicateHeader = defineError("gateway:duplicate.header.field", 400, (name: string) => ({
  message: `The header '${name}' was given more than once.`,
  description: "Give each header once, and not with another value as a query parameter.",
  href: "https://www.rfc-editor.org/rfc/rfc9110#section-5.3",
}));

export const wotDefinitionInvalid = defineError("wot:definition.invalid", 404, (id: string) => ({
  message: `No Thing Description can be made of '${id}'.`,
  description: "That needs a definition which is the URL of a WoT Thing Model.",
}));

export const fieldSelectionInvalid = defineError("things:field.selection.invalid", 400, (given: string) => ({
  message: `The field selection '${given}' is not valid.`,
  description:
    "It names 'thingId', 'policyId', 'definition', '_namespace', '_revision', '_created', '_modified', '_policy', or something at or below 'attributes', 'features', '_metadata' and '_context'.",
}));
