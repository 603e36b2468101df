import { defineError } from "../base/errors.ts";

export const timeoutInvalid = defineError("timeout.invalid", 400, (given: string) => ({
  message: `The timeout '${given}' is not a duration.`,
  description: "It is a whole number of seconds, or one with the unit ms, s, m, h, d, w, mo or y.",
}));

export const unknownTopicPath = defineError("protocoladapter:unknown.topicpath", 400, (topic: string) => ({
  message: `The topic path '${topic}' is not known.`,
  description:
    "It is 'namespace/name/group/channel/criterion/action', as the protocol's topic page describes.",
}));

export const unknownPath = defineError("protocoladapter:unknown.path", 400, (path: string) => ({
  message: `The path '${path}' is not one of the entity's resources.`,
  description: "Check the path of the message.",
}));

export const invalidPath = defineError("protocoladapter:invalid.path", 400, (path: string) => ({
  message: `The path '${path}' is not that of the message's subject.`,
  description:
    "It is '/inbox/messages/' or '/outbox/messages/' and the subject of the topic, of a feature behind '/features/' and its ID.",
}));

export const unsupportedSignal = defineError("signal.unsupported", 400, (topic: string) => ({
  message: `Messages with the topic '${topic}' are not supported here.`,
  description: "Check the topic path of the message.",
}));

export const strayThing = defineError("things:id.invalid", 400, (id: string, namespace: string) => ({
  message: `The thing '${id}' is not of the namespace '${namespace}' of the topic.`,
  description: "Name things of that namespace only, or use '_' for the namespace.",
}));

export const illegalAnswer = defineError(
  "protocoladapter:illegal.adaptable",
  422,
  (action: string, status: number, possible: readonly number[]) => ({
    message: `The status ${status} does not answer the command '${action}'.`,
    description: `It is ${possible.join(" or ")}; refuse the command with a message on the topic of errors.`,
  }),
);

export const ackLabelInvalid = defineError("acknowledgement:label.invalid", 400, (label: string) => ({
  message: `'${label.slice(0, 200)}' is no label of an acknowledgement.`,
  description: "A label is made of 3 to 165 letters, digits, '_', '-' and ':'.",
}));
