// Refusals of actions on policies. They have one code in Ditto's catalogue, and the status tells what was wrong.

import { defineError } from "../../base/errors.ts";

const CODE = "policies:action.failed";
const message = (action: string) => `The action '${action}' was not carried out.`;

/** Who speaks was not proved by a token, which the action is about. */
export const actionNeedsToken = defineError(CODE, 400, (action: string) => ({
  message: message(action),
  description: "Send the request with a JSON Web Token in the header 'Authorization'.",
}));

/** The token does not have what the operator's template of the subject asks for. */
export const actionSubjectUnresolved = defineError(CODE, 400, (action: string) => ({
  message: message(action),
  description:
    "The token or the request lacks what the subject is made of (OAUTH_TOKEN_INTEGRATION_SUBJECT).",
}));

export const actionNotAllowed = defineError(CODE, 403, (action: string) => ({
  message: message(action),
  description: "You lack the permission EXECUTE on 'policy:/entries/{label}/actions/…'.",
}));

/** There is no entry that the action would apply to. */
export const actionNotApplicable = defineError(CODE, 404, (action: string) => ({
  message: message(action),
  description:
    action === "activateTokenIntegration"
      ? "No entry holds one of your subjects and grants READ on a thing resource."
      : "No entry holds one of your subjects.",
}));
