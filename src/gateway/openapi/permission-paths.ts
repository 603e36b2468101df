// The questions and actions that are about permissions.

import { shared, told200 } from "./answers.ts";
import { json, type Operation, type PathItem } from "./openapi.ts";
import { parameter, parametersOf } from "./parameters.ts";

const policy = "/api/2/policies/{policyId}";

function action(verb: "activate" | "deactivate", template: string, of: string): readonly [string, PathItem] {
  const path = `${template}/actions/${verb}TokenIntegration`;
  const name = `${verb === "activate" ? "Activate" : "Deactivate"}TokenIntegrationOf${of}`;
  const does =
    verb === "activate"
      ? "Let the caller's token in, until it expires,"
      : "Let the caller's token no longer in";
  const post: Operation = {
    operationId: `post${name}`,
    summary: `${does} by ${of === "Policy" ? "the entries of a policy" : "an entry of a policy"}`,
    tags: ["Policies"],
    parameters: ["correlation-id", "timeout", "response-required"].map(parameter),
    ...(verb === "activate" && { requestBody: { required: false, content: json("TokenIntegration") } }),
    responses: shared(202, 204, 400, 401, 403, 404, 408, 412, 413, 414, 415, 429, 431, 503),
    security: [{ bearer: [] }],
  };
  return [path, { parameters: parametersOf(path), post }];
}

/** Paths of questions about permissions, and of the actions on policies. */
export const permissionPaths: Readonly<Record<string, PathItem>> = {
  "/api/2/checkPermissions": {
    post: {
      operationId: "postCheckPermissions",
      summary: "Ask what the caller may do",
      tags: ["Policies"],
      parameters: [parameter("correlation-id")],
      requestBody: { required: true, content: json("PermissionChecks") },
      responses: {
        200: told200("PermissionAnswers", "The answers.", "correlation-id", "response-required"),
        ...shared(400, 401, 413, 414, 415, 429, 431, 503),
      },
    },
  },
  ...Object.fromEntries([
    action("activate", policy, "Policy"),
    action("deactivate", policy, "Policy"),
    action("activate", `${policy}/entries/{label}`, "Entry"),
    action("deactivate", `${policy}/entries/{label}`, "Entry"),
  ]),
};
