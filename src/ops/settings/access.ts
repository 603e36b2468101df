// What is decided by the namespace before any policy is asked.

import { entityCreation } from "../entity-creation.ts";
import { namespaceAccessRules } from "../namespace-access.ts";
import { setting } from "../setting.ts";
import { namespace } from "../setting-kinds.ts";

export const accessSettings = {
  defaultNamespace: setting(
    "DITTO_DEFAULT_NAMESPACE",
    namespace,
    "org.eclipse.ditto",
    "Namespace of the things whose creator gives no ID.",
  ),
  entityCreation: setting(
    "ENTITY_CREATION",
    entityCreation,
    '{"grant":[{}],"revoke":[]}',
    "Who may create what: JSON of the form of Ditto's configuration ditto.entity-creation. Entries of both lists have " +
      "resource-types, namespaces, auth-subjects and thing-definitions; * and ? are wildcards.",
    "ditto.entity-creation",
  ),
  namespaceAccess: setting(
    "NAMESPACE_ACCESS",
    namespaceAccessRules,
    "[]",
    "Who may reach which namespaces at all: JSON of the form of Ditto's configuration namespace-access. Rules have " +
      "conditions (texts with jwt:…, header:… and time:… that must come to something), resource-types, " +
      "allowed-namespaces and blocked-namespaces; * and ? are wildcards. Without rules nothing is restricted.",
    "ditto.gateway.authentication.namespace-access",
  ),
} as const;
