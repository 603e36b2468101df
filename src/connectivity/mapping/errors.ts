// Why a mapper refuses its configuration or a message.

import { defineError, type TwinError } from "../../base/errors.ts";
import type { ScriptFault, ScriptPlace } from "./sandbox/fault.ts";

const page = "https://www.eclipse.dev/ditto/connectivity-mapping.html";

/** A message that a mapper can make nothing of. */
export const mappingFailed = defineError(
  "connectivity:message.mapping.failed",
  400,
  (contentType: string | undefined, reason: string) => ({
    message: `The message with the content type '${contentType ? shown(contentType) : "<unspecified>"}' cannot be mapped.`,
    description: reason,
    href: page,
  }),
);

/** An option of a mapper that is missing or wrong. */
export const mapperOptionInvalid = defineError(
  "connectivity:message.mapper.config.invalid",
  400,
  (option: string, reason: string) => ({
    message: `The option '${option}' of the mapper is not valid: ${reason}`,
    description: "Correct the option in the mapping definition.",
    href: page,
  }),
);

/** A mapper that cannot be made with its options. */
export const mapperFailed = defineError(
  "connectivity:message.mapper.config.failed",
  400,
  (reason: string) => ({
    message: `The mapper cannot be made: ${reason}`,
    description: "Correct the options of the mapping definition.",
    href: page,
  }),
);

/** A value that stands for no payload of its content type. */
export const messageFormatInvalid = defineError("messages:messageformat.invalid", 400, (reason: string) => ({
  message: reason,
  description: "Check the content type of the message, and what it carries.",
}));

/** A text of a mapper has a placeholder without a value. */
export const placeholderUnresolved = defineError("placeholder:unresolved", 400, (text: string) => ({
  message: `A placeholder of '${shown(text)}' has no value in this message.`,
  description: "Send what it stands for, or give it a default in the options of the mapper.",
  href: "https://www.eclipse.dev/ditto/basic-placeholders.html",
}));

const shown = (text: string): string => text.slice(0, 200).toWellFormed();

const places = new WeakMap<TwinError, ScriptPlace>();

/** The place in a script of the operator's that an error came from; `undefined` of other errors. */
export const scriptPlaceOf = (error: unknown): ScriptPlace | undefined =>
  error instanceof Error ? places.get(error as TwinError) : undefined;

/** A fault of a script with its place, in words and by {@link scriptPlaceOf}. */
export function refusalOf(fault: ScriptFault, make: (reason: string) => TwinError): TwinError {
  const { place, message } = fault;
  const column = place?.column === undefined ? "" : `, column ${place.column}`;
  const error = make(place ? `${message} (${place.script}, line ${place.line}${column})` : message);
  if (place) places.set(error, place);
  return error;
}
