// Every schema of the wire by its name, by which they also refer to one another.

import type { TSchema } from "typebox";
import { answerSchemas } from "./answers.ts";
import { connectionSchemas } from "./connections.ts";
import { idSchemas } from "./ids.ts";
import { jsonSchemas } from "./json.ts";
import { modelSchemas } from "./models.ts";
import { permissionSchemas } from "./permissions.ts";
import { policySchemas } from "./policies.ts";
import { predictorSchemas } from "./predictors.ts";
import { protocolSchemas } from "./protocol.ts";
import { thingSchemas } from "./things.ts";

/** What HTTP carries. */
export const httpSchemas = {
  ...jsonSchemas,
  ...idSchemas,
  ...thingSchemas,
  ...policySchemas,
  ...permissionSchemas,
  ...answerSchemas,
  ...connectionSchemas,
  ...modelSchemas,
  ...predictorSchemas,
} as const;

/** What HTTP and the Ditto Protocol carry: JSON Schema 2020-12, each a `$ref` away from the others. */
export const wireSchemas = { ...httpSchemas, ...protocolSchemas } as const satisfies Record<string, TSchema>;

export type HttpSchemaName = keyof typeof httpSchemas;
export type WireSchemaName = keyof typeof wireSchemas;
