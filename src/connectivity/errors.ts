// Why a connection, or a command about one, is refused. Every refusal of a configuration names its field, a JSON pointer.

import { defineError } from "../base/errors.ts";
import { isArray, isObject, type JsonValue } from "../base/json/json.ts";

const page = "https://www.eclipse.dev/ditto/basic-connections.html";

/** Something in the configuration cannot be; `field` is a JSON pointer, as `/sources/0/addresses`. */
export const connectionInvalid = defineError(
  "connectivity:connection.configuration.invalid",
  400,
  (field: string, reason: string) => ({
    message: `The connection cannot be configured so: ${reason} (${field})`,
    description: `Correct the field '${field}' and send the connection again.`,
    href: page,
  }),
);

/** The URI is none that a connection can have. It is not repeated, since it may hold a password. */
export const connectionUriInvalid = defineError(
  "connectivity:connection.uri.invalid",
  400,
  (field: string, reason: string) => ({
    message: `The URI of the connection is not valid: ${reason} (${field})`,
    description:
      "A URI has the form scheme://user:password@host:port/path; user, password and path may be absent.",
    href: page,
  }),
);

export const connectionIdInvalid = defineError("connectivity:connection.id.invalid", 400, (id: string) => ({
  message: `'${shown(id)}' is no ID of a connection.`,
  description: "It is made of 1 to 100 letters, digits, '-', '_' and ':'.",
}));

/** Also an ID in the body that is not that of the path. */
export const connectionIdNotSettable = defineError("connectivity:id.notsettable", 400, (inPath?: string) => ({
  message:
    inPath === undefined
      ? "The ID of a new connection cannot be chosen here (/id)."
      : `The ID in the body is not '${inPath}', which is that of the path (/id).`,
  description: "Use PUT with the ID in the path, and leave the ID out of the body.",
}));

/** A topic of a target that is none, or has a bad query. */
export const topicInvalid = defineError(
  "connectivity:topic.invalid",
  400,
  (field: string, topic: string, reason: string) => ({
    message: `'${shown(topic)}' is no topic of a target (${field}).`,
    description: reason,
    href: page,
  }),
);

/** A body whose field has the wrong type; of what was given a text is not told, since it may be a secret. */
export const fieldInvalid = defineError(
  "json.invalid",
  400,
  (field: string, expected: string, given?: JsonValue) => ({
    message: `${field === "" ? "The body" : `The field '${field}'`} must be ${expected}${butIs(given)}.`,
    description: "Correct it and send the request again.",
  }),
);

/** A field with another text than the few that there are. */
export const fieldUnknown = defineError(
  "json.invalid",
  400,
  (field: string, given: string, known: readonly string[]) => ({
    message: `The field '${field}' must be one of ${known.join(", ")}, but is '${shown(given)}'.`,
    description: "Correct it and send the request again.",
  }),
);

/** A body of which more came than is read. */
export const connectionTooLarge = defineError(
  "connectivity:connection.configuration.invalid",
  400,
  (size: number, most: number) => ({
    message: `The body has ${size} bytes or more, of which ${most} are allowed.`,
    description: "Send less. How much a connection may have is the setting MAX_REQUEST_BYTES.",
    href: page,
  }),
);

const shown = (text: string): string => text.slice(0, 200).toWellFormed();

/** What a value is, to go on in a sentence with; of a text only that it is one. */
export function butIs(given: JsonValue | undefined): string {
  if (given === undefined) return "";
  if (typeof given === "string") return ", but is a text";
  if (isArray(given)) return ", but is an array";
  return `, but is ${isObject(given) ? "an object" : JSON.stringify(given)}`;
}

export const connectionNotFound = defineError("connectivity:connection.notfound", 404, (id: string) => ({
  message: `There is no connection '${id}'.`,
  description: "Check the ID.",
}));

export const connectionConflict = defineError("connectivity:connection.conflict", 409, (id: string) => ({
  message: `There is a connection '${id}' already.`,
  description: "Choose another ID, or modify the connection.",
}));

export const connectionPreconditionFailed = defineError(
  "connectivity:precondition.failed",
  412,
  (header: string, expected: string, actual: string) => ({
    message: `The precondition '${header}: ${expected}' does not hold; the entity tag is ${actual}.`,
    description: "Read the connection again and repeat the change if it still applies.",
  }),
);

/** A modify with `if-equal: skip` that would change nothing. */
export const connectionIsEqual = defineError("connectivity:precondition.failed", 412, () => ({
  message: "The connection is like that already, and such a change was to be skipped.",
  description: "Nothing was changed.",
}));

/** The database does not take the change, or the server stops; whether it was written is not known. */
export const connectionUnavailable = defineError(
  "connectivity:connection.unavailable",
  503,
  (id: string) => ({
    message: `The connection '${id}' is not available at the moment.`,
    description: "Try again later.",
  }),
);

/** It goes on to be opened, or closed. */
export const connectionTimeout = defineError("connectivity:connection.timeout", 503, (id: string) => ({
  message: `The connection '${id}' was not opened or closed in time.`,
  description: "It may yet be; read its status and its logs.",
}));

export const acknowledgementLabelNotUnique = defineError(
  "acknowledgement:label.not.unique",
  409,
  (field: string, label: string) => ({
    message: `The acknowledgement '${label}' is issued by two targets of the connection (${field}).`,
    description: "Let each target issue an acknowledgement of its own.",
  }),
);

export const acknowledgementLabelInvalid = defineError(
  "acknowledgement:label.invalid",
  400,
  (field: string, label: string, reason: string) => ({
    message: `'${shown(label)}' is no label of an acknowledgement here (${field}).`,
    description: reason,
  }),
);

/** What the journal holds was written by another server, or is damaged. */
export const connectionUnreadable = defineError("connectivity:internalerror", 500, (id: string) => ({
  message: `The connection '${id}' cannot be read from the database.`,
  description: "Modify it as a whole, or delete it.",
}));
