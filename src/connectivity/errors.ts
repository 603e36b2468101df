// Why a connection, or a command about one, is refused. Every refusal of a configuration names its field, a JSON pointer.

import { defineError } from "../base/errors.ts";

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
  message: `'${id.slice(0, 200).toWellFormed()}' is no ID of a connection.`,
  description: "It is made of 1 to 100 letters, digits, '-', '_' and ':'.",
}));

/** Also an ID in the body that is not that of the path. */
export const connectionIdNotSettable = defineError("connectivity:id.notsettable", 400, () => ({
  message: "The ID of a new connection cannot be chosen here.",
  description: "Use PUT with the ID in the path, or leave the ID out of the body.",
}));

/** A topic of a target that is none, or has a bad query. */
export const topicInvalid = defineError(
  "connectivity:topic.invalid",
  400,
  (field: string, topic: string, reason: string) => ({
    message: `'${topic.slice(0, 200).toWellFormed()}' is no topic of a target (${field}).`,
    description: reason,
    href: page,
  }),
);

/** A body whose field has the wrong type. */
export const fieldInvalid = defineError("json.invalid", 400, (field: string, expected: string) => ({
  message: `The field '${field}' is not ${expected}.`,
  description: "Correct the field and send the request again.",
}));

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
    message: `'${label.slice(0, 200).toWellFormed()}' is no label of an acknowledgement here (${field}).`,
    description: reason,
  }),
);

/** What the journal holds was written by another server, or is damaged. */
export const connectionUnreadable = defineError("connectivity:internalerror", 500, (id: string) => ({
  message: `The connection '${id}' cannot be read from the database.`,
  description: "Modify it as a whole, or delete it.",
}));
