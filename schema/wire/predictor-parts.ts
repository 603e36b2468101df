// What schemas of predictors and of their models are made of.

import { Type } from "typebox";

export const about = (description: string) => ({ description });
/** An object with no members but those that are named. */
export const closed = (members: Parameters<typeof Type.Object>[0], description: string) =>
  Type.Object(members, { description, additionalProperties: false });
export const maybe = Type.Optional;

export const keyText = "[^/\\u0000-\\u001f\\u007f-\\u00ff]+";
export const pointer = (description: string) =>
  Type.String({ description, maxLength: 1_000, pattern: `^/?${keyText}(?:/${keyText})*$` });
export const thingPath = (description: string) =>
  Type.String({
    description,
    maxLength: 1_000,
    pattern: `^/?(?:attributes|features|definition)(?:/${keyText})*$`,
    examples: ["features/vibration/properties/value"],
  });
export const duration = (description: string, usual?: string) =>
  Type.String({
    description,
    pattern: "^\\+?\\d{1,18}(?:ms|mo|[smhdwy])?$",
    ...(usual === undefined ? { examples: ["10s"] } : { default: usual }),
  });
export const whole = (description: string, minimum: number, maximum: number, usual?: number) =>
  Type.Integer({ description, minimum, maximum, ...(usual !== undefined && { default: usual }) });
export const number = (description: string) => Type.Number({ description, minimum: -1e100, maximum: 1e100 });
export const name = (description: string) => Type.String({ description, minLength: 1, maxLength: 200 });
export const subjectOfMessage = (description: string) =>
  Type.String({ description, maxLength: 256, pattern: "^[^\\u0000-\\u001f\\u007f-\\u00ff]+$" });
