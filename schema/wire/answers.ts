// What the server says of itself, of its caller, and of what it refuses.

import { Type } from "typebox";

export const answerSchemas = {
  Error: Type.Object(
    {
      status: Type.Integer({ description: "The HTTP status.", minimum: 400, maximum: 599 }),
      error: Type.String({
        description: "The code by which clients tell errors apart.",
        pattern: "^[A-Za-z][A-Za-z0-9.:_-]*$",
        examples: ["things:thing.notfound"],
      }),
      message: Type.String({ description: "What is wrong, for people.", minLength: 1 }),
      description: Type.Optional(Type.String({ description: "What can be done about it." })),
      href: Type.Optional(Type.String({ description: "Where to read more.", format: "uri" })),
      invalidHeaderKey: Type.Optional(Type.String({ description: "The header at fault." })),
    },
    { description: "A refusal." },
  ),
  Acknowledgements: Type.Object(
    {},
    {
      description: "What was answered to a request for acknowledgements, by their labels.",
      minProperties: 1,
      additionalProperties: Type.Object({
        status: Type.Integer({ minimum: 100, maximum: 599 }),
        payload: Type.Optional(Type.Unknown()),
        headers: Type.Object({}),
      }),
    },
  ),
  WhoAmI: Type.Object(
    {
      defaultSubject: Type.String({ description: "The first of the subjects." }),
      subjects: Type.Array(Type.String(), { description: "The subjects of the caller.", minItems: 1 }),
    },
    { description: "Who the server takes its caller for." },
  ),
  Health: Type.Object(
    { status: Type.String({ enum: ["UP", "DOWN"] }) },
    { description: "Whether the server can do its work." },
  ),
  Status: Type.Object(
    {
      service: Type.String(),
      instance: Type.String(),
      hostname: Type.String(),
      "processor-count": Type.Integer({ minimum: 1 }),
      "total-memory": Type.String({ examples: ["120 MB"] }),
    },
    { description: "Facts of the running server." },
  ),
};
