// What is asked of permissions, and what a token is integrated with.

import { Type } from "typebox";
import { named } from "./json.ts";

export const permissionSchemas = {
  PermissionChecks: Type.Object(
    {},
    {
      description: "Questions by names that the caller chooses.",
      additionalProperties: Type.Object({
        resource: Type.String({
          description: "Type and path of a resource.",
          pattern: "^(?:thing|policy|message):/",
          examples: ["thing:/features/lamp", "message:/inbox/messages/ask"],
        }),
        entityId: Type.String({
          description: "ID of the thing, or of the policy where the resource is one of a policy.",
          examples: ["org.factory:press-1"],
        }),
        hasPermissions: Type.Array(Type.String({ enum: ["READ", "WRITE", "EXECUTE"] }), {
          description: "Permissions that the caller must have all.",
        }),
      }),
    },
  ),
  PermissionAnswers: Type.Object(
    {},
    {
      description: "Whether the caller has the permissions, by the names of the questions.",
      additionalProperties: Type.Boolean(),
    },
  ),
  TokenIntegration: Type.Object(
    { announcement: Type.Optional(named("SubjectAnnouncement")) },
    { description: "What the subjects that are made of the caller's token are told of their end." },
  ),
};
