import { Type } from "typebox";

const namespace = "[a-zA-Z][a-zA-Z0-9_]*(?:[.-][a-zA-Z][a-zA-Z0-9_]*)*";
const namespacedId = `^${namespace}:[^/\\u0000-\\u001f\\u007f-\\u00ff]+$`;

const id = (of: string, example: string) =>
  Type.String({
    description: `ID of a ${of}: its namespace, a colon and its name.`,
    maxLength: 256,
    pattern: namespacedId,
    examples: [example],
  });

export const idSchemas = {
  ThingId: id("thing", "org.acme:lamp-1"),
  PolicyId: id("policy", "org.acme:lamps"),
  Namespace: Type.String({
    description: "A namespace, such as the reversed name of a domain.",
    maxLength: 254, // a colon and a name of one character must follow
    pattern: `^${namespace}$`,
    examples: ["org.acme"],
  }),
  NamespacePattern: Type.String({
    description: "A namespace, or with '.*' at its end all that are below it.",
    pattern: `^${namespace}(?:\\.\\*)?$`,
    examples: ["org.acme", "org.acme.*"],
  }),
};
