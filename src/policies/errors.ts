// Every refusal of a policy and its parts; codes and statuses are those of Ditto's catalogue.

import { defineError } from "../base/errors.ts";

const permissionHint = "Check the ID, and your READ grants in the policy.";
const writeHint = "Ask someone with WRITE on this part of the policy.";

export const policyIdNotSettable = defineError("policies:id.notsettable", 400, (id: string) => ({
  message: `The body names another policy than the request: '${id}'.`,
  description: "Leave 'policyId' out of the body, or give the ID of the request.",
}));

export const policyNotFound = defineError("policies:policy.notfound", 404, (id: string) => ({
  message: `No policy '${id}' exists, or you may not see it.`,
  description: permissionHint,
}));

export const policyNotCreatable = defineError("policies:policy.notcreatable", 403, (id: string) => ({
  message: `The policy '${id}' would not let you change it any more.`,
  description: "Grant one of your subjects WRITE on 'policy:/', or send 'allow-policy-lockout'.",
}));

export const policyNotModifiable = defineError("policies:policy.notmodifiable", 403, (id: string) => ({
  message: `You may not modify the policy '${id}'.`,
  description: writeHint,
}));

const administratorHint =
  "A policy needs a subject that does not expire, with WRITE granted and nowhere revoked on 'policy:/'.";

export const policyModificationInvalid = defineError(
  "policies:policy.modificationinvalid",
  403,
  (id: string) => ({
    message: `The policy '${id}' would be left without a lasting administrator.`,
    description: administratorHint,
  }),
);

export const entryModificationInvalid = defineError(
  "policies:entry.modificationinvalid",
  403,
  (id: string, label: string) => ({
    message: `With this entry '${label}' the policy '${id}' would be left without a lasting administrator.`,
    description: administratorHint,
  }),
);

export const policyConflict = defineError("policies:policy.conflict", 409, (id: string) => ({
  message: `A policy '${id}' exists already.`,
  description: "Choose another ID, or modify the policy.",
}));

export const policyTooLarge = defineError(
  "policies:policy.toolarge",
  413,
  (id: string, size: number, max: number) => ({
    message: `The policy '${id}' would be ${size} characters long; ${max} are allowed.`,
    description: "Make the policy smaller, or raise LIMITS_POLICIES_MAX_SIZE.",
  }),
);

export const policyUnavailable = defineError("policies:policy.unavailable", 503, (id: string) => ({
  message: `The policy '${id}' is not available at the moment.`,
  description: "The database does not answer. Try again later.",
}));

export const policyPreconditionFailed = defineError(
  "policies:precondition.failed",
  412,
  (header: string, expected: string, actual: string) => ({
    message: `The precondition '${header}' of '${expected}' did not hold: the entity tag is '${actual}'.`,
    description: "Read the resource again and decide on its new state.",
  }),
);

export const policyIsEqual = defineError("policies:precondition.failed", 412, () => ({
  message: "The policy has the value already, and the header 'if-equal' asks to skip such a change.",
  description: "Nothing was changed, which is probably what was wanted.",
}));

export const policyViewInvalid = defineError("policies:view.invalid", 400, (view: string) => ({
  message: `There is no view '${view.slice(0, 200)}' of a policy.`,
  description: "Ask for the 'policy-view' 'original' or 'resolved'.",
}));

export const importsTooLarge = defineError(
  "policies:imports.toolarge",
  400,
  (count: number, max: number) => ({
    message: `The policy would import ${count} policies; ${max} are allowed.`,
    description: "Import fewer policies.",
  }),
);

export const labelInvalid = defineError("policies:label.invalid", 400, (label: string) => ({
  message: `The label '${label}' is not valid.`,
  description: "Labels that begin with 'imported' or 'nsimported' are reserved.",
}));

export const entryInvalid = defineError("policies:entry.invalid", 400, (reason: string) => ({
  message: "The policy entry is not valid.",
  description: reason,
}));

export const subjectIdInvalid = defineError("policies:subjectid.invalid", 400, (id: string) => ({
  message: `The subject ID '${id}' is not valid.`,
  description: "It is an issuer, a colon and a subject, without control characters.",
}));

export const expiryInvalid = defineError("policies:subjectexpiry.invalid", 400, (expiry: string) => ({
  message: `The expiry '${expiry}' of a subject is not valid.`,
  description: "It is a point in time as of ISO 8601, such as '2030-01-31T12:00:00Z'.",
}));

/** Ditto 3.9.6 answers an expiry in the past with the code of a bad label; clients see that code. */
export const expiryInThePast = defineError("policies:label.invalid", 400, (expiry: string) => ({
  message: `The expiry '${expiry}' of a subject is in the past.`,
  description: "Choose a point in time to come.",
}));

export const announcementInvalid = defineError(
  "policies:subjectannouncement.invalid",
  400,
  (reason: string) => ({
    message: "The announcement of a subject is not valid.",
    description: reason,
  }),
);

export const importInvalid = defineError("policies:import.invalid", 400, (reason: string) => ({
  message: "The import of a policy is not valid.",
  description: reason,
}));

export const entryReferenceConflict = defineError(
  "policies:entry.referenceconflict",
  409,
  (id: string, label: string, by: string) => ({
    message: `The entry '${label}' of the policy '${id}' is still referenced by the entry '${by}'.`,
    description: "Remove the reference first.",
  }),
);

export const importReferenceConflict = defineError(
  "policies:import.referenceconflict",
  409,
  (id: string, imported: string, by: string) => ({
    message: `What the policy '${id}' imports of '${imported}' is still referenced by the entry '${by}'.`,
    description: "Remove the reference first.",
  }),
);

export const entryNotFound = defineError("policies:entry.notfound", 404, (id: string, label: string) => ({
  message: `The policy '${id}' has no entry '${label}', or you may not see it.`,
  description: permissionHint,
}));

export const importNotFound = defineError(
  "policies:import.notfound",
  404,
  (id: string, imported: string) => ({
    message: `The policy '${id}' does not import '${imported}', or you may not see it.`,
    description: permissionHint,
  }),
);

export const entryNotModifiable = notModifiable("entry", "entry");
export const importNotModifiable = notModifiable("import", "import");
export const importsErrors = partErrors("imports", "imports");
export const subjectsErrors = partErrors("subjects", "subjects");
export const subjectErrors = partErrors("subject", "subject");
export const resourcesErrors = partErrors("resources", "resources");
export const resourceErrors = partErrors("resource", "resource");

function notModifiable(code: string, part: string) {
  return defineError(`policies:${code}.notmodifiable`, 403, (id: string, name: string) => ({
    message: `You may not modify the ${part} '${name}' of the policy '${id}'.`,
    description: writeHint,
  }));
}

function partErrors(code: string, part: string) {
  const notFound = defineError(`policies:${code}.notfound`, 404, (id: string, path: string) => ({
    message: `The policy '${id}' has no ${part} at '${path}', or you may not see it.`,
    description: permissionHint,
  }));
  return { notFound, notModifiable: notModifiable(code, part) };
}
