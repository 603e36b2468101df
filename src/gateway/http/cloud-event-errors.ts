import { defineError } from "../../base/errors.ts";

const binding = "https://github.com/cloudevents/spec/blob/v1.0/http-protocol-binding.md";

export const cloudEventUnparsable = defineError("cloudevent.unparsable", 400, (reason: string) => ({
  message: `The request is no CloudEvent: ${reason}`,
  description: "Send it in binary or structured mode, with the attributes id, source, type and specversion.",
  href: binding,
}));

export const cloudEventPayloadMissing = defineError("cloudevent.payload.missing", 400, () => ({
  message: "The CloudEvent has no data.",
  description: "Its data is a message of the Ditto Protocol.",
}));

export const cloudEventSchemaUnsupported = defineError(
  "cloudevent.dataschema.unsupported",
  400,
  (schema: string) => ({
    message: `The data schema '${schema.slice(0, 200)}' is not supported here.`,
    description: "Leave it out, or give one whose scheme is 'ditto', as in 'ditto:message'.",
  }),
);
