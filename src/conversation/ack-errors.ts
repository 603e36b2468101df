import { defineError } from "../base/errors.ts";

export const ackLabelForbidden = defineError(
  "acknowledgement:ditto.acklabel.forbidden",
  400,
  (label: string) => ({
    message: `The label '${label}' is acknowledged by the server itself.`,
    description: "Send acknowledgements with labels of your own.",
  }),
);

export const ackLabelNotDeclared = defineError(
  "acknowledgement:label.not.declared",
  400,
  (label: string) => ({
    message: `This session did not declare that it acknowledges '${label}'.`,
    description: "Name the labels in 'declared-acks' when the session is opened.",
  }),
);
