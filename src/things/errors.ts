import { defineError, TwinError } from "../base/errors.ts";
import { type Path, printPath } from "../base/json/pointer.ts";

const permissionHint = "Check the path and the permissions of the thing's policy.";

export const thingIdInvalid = defineError("things:id.invalid", 400, (id: string) => ({
  message: `The thing ID '${id}' is not valid.`,
  description:
    "It is a namespace, a colon and a name, without slashes and control characters, at most 256 long.",
  href: "https://www.eclipse.dev/ditto/basic-namespaces-and-names.html#namespaced-id",
}));

export const thingIdNotSettable = defineError("things:id.notsettable", 400, (id: string) => ({
  message: `The thing ID '${id}' in the body is not the one of the request.`,
  description: "Leave the thing ID out of the body, or use PUT with the same ID in path and body.",
}));

export const thingNotFound = defineError("things:thing.notfound", 404, (id: string) => ({
  message: `No thing '${id}' exists, or you may not see it.`,
  description: "Check the thing ID and the READ grants of its policy.",
}));

export const thingNotModifiable = defineError("things:thing.notmodifiable", 403, (id: string) => ({
  message: `You may not modify the thing '${id}'.`,
  description: permissionHint,
}));

export const thingNotDeletable = defineError("things:thing.notdeletable", 403, (id: string) => ({
  message: `You may not delete the thing '${id}'.`,
  description: permissionHint,
}));

/** The refusal of a thing whose policy cannot be created; its status is that of the refused policy. */
export const thingNotCreatable = (id: string, reason: string, status: number): TwinError =>
  new TwinError("things:thing.notcreatable", status, {
    message: `The thing '${id}' could not be created with its policy: ${reason}`,
    description: "Name an existing policy as 'policyId', or mend the one that was to be created.",
  });

/** The code is that of every refused creation over the protocol; Ditto answers 400. */
export const policyExists = (id: string, policyId: string): TwinError =>
  thingNotCreatable(id, `the policy '${policyId}' exists already.`, 400);

export const thingConflict = defineError("things:thing.conflict", 409, (id: string) => ({
  message: `A thing '${id}' exists already.`,
  description: "Choose another thing ID, or modify the existing thing.",
}));

export const thingTooLarge = defineError(
  "things:thing.toolarge",
  413,
  (id: string, size: number, max: number) => ({
    message: `The thing '${id}' would be ${size} characters long, more than the ${max} allowed.`,
    description: "Make the thing smaller, or raise LIMITS_THINGS_MAX_SIZE.",
  }),
);

export const thingUnavailable = defineError("things:thing.unavailable", 503, (id: string) => ({
  message: `The thing '${id}' is not available at the moment.`,
  description: "The database does not answer. Try again later.",
}));

export const thingPreconditionFailed = defineError(
  "things:precondition.failed",
  412,
  (header: string, expected: string, actual: string) => ({
    message: `The precondition '${header}' of '${expected}' did not hold: the entity tag is '${actual}'.`,
    description: "Read the resource again and decide on its new state.",
  }),
);

export const thingConditionFailed = defineError("things:condition.failed", 412, () => ({
  message: "The condition of the request does not hold for the thing.",
  description: "Nothing was done. Read the thing again and decide on its new state.",
}));

export const thingConditionUnreadable = defineError("things:condition.failed", 412, () => ({
  message: "The condition of the request asks about what you may not read.",
  description: "A condition needs READ on all that it names.",
}));

export const thingConditionInvalid = defineError(
  "things:condition.invalid",
  400,
  (condition: string, reason: string) => ({
    message: `The condition '${condition}' is not valid: ${reason}`,
    description: "It is an RQL expression over fields of the thing.",
  }),
);

export const liveChannelConditionNotAllowed = defineError(
  "things:live.channelcondition.notallowed",
  405,
  () => ({
    message: "Only what is read can be chosen from the live channel by a condition.",
    description: "Leave out 'live-channel-condition', or send the command to the live channel.",
  }),
);

export const definitionInvalid = defineError("things:definition.identifier.invalid", 400, (text: string) => ({
  message: `The definition '${text}' is not valid.`,
  description:
    "It is 'namespace:name:version' of letters, digits, '_', '-' and '.', or an absolute HTTP(S) URL.",
}));

export const featureDefinitionEmpty = defineError("things:feature.definition.empty", 400, () => ({
  message: "A feature definition needs at least one identifier.",
  description: "Add an identifier, or delete the definition.",
}));

export const mergeInvalid = defineError("things:merge.invalid", 400, (reason: string) => ({
  message: `The merge cannot be applied: ${reason}`,
  description: "The merged thing must be a valid thing.",
  href: "https://tools.ietf.org/html/rfc7396",
}));

export const policyIdNotDeletable = defineError("things:policyId.notdeletable", 400, () => ({
  message: "The policy ID of a thing cannot be deleted.",
  description: "Set it to another policy instead.",
}));

export const policyConflicting = defineError("things:policy.conflicting", 400, (id: string) => ({
  message: `The thing '${id}' was given both an inline policy and a policy to copy.`,
  description: "Send either '_policy' or '_copyPolicyFrom'.",
}));

/** The two refusals of one part of a thing: absent (or unreadable), and not writable. */
function partErrors(code: string, part: string) {
  const notFound = defineError(`things:${code}.notfound`, 404, (id: string, path: string) => ({
    message: `The thing '${id}' has no ${part} at '${path}', or you may not see it.`,
    description: permissionHint,
  }));
  const notModifiable = defineError(`things:${code}.notmodifiable`, 403, (id: string, path: string) => ({
    message: `You may not modify the ${part} at '${path}' of the thing '${id}'.`,
    description: permissionHint,
  }));
  return {
    notFound: (id: string, path: Path): TwinError => notFound(id, printPath(path)),
    notModifiable: (id: string, path: Path): TwinError => notModifiable(id, printPath(path)),
  };
}

export const policyIdErrors = partErrors("policyId", "policy ID");
export const definitionErrors = partErrors("definition", "definition");
export const attributesErrors = partErrors("attributes", "attributes");
export const attributeErrors = partErrors("attribute", "attribute");
export const featuresErrors = partErrors("features", "features");
export const featureErrors = partErrors("feature", "feature");
export const featureDefinitionErrors = partErrors("feature.definition", "feature definition");
export const propertiesErrors = partErrors("feature.properties", "properties");
export const propertyErrors = partErrors("feature.property", "property");
export const desiredPropertiesErrors = partErrors("feature.desiredProperties", "desired properties");
export const desiredPropertyErrors = partErrors("feature.desiredProperty", "desired property");
