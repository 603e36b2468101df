// All tables of docs/compatibility.md, in its order.

import type { Table } from "./row.ts";
import { commandRows } from "./rows/commands.ts";
import { conditionRows } from "./rows/conditions.ts";
import { connectionRows } from "./rows/connections/api.ts";
import { behaviourRows } from "./rows/connections/behaviour.ts";
import { differingConnectionRows } from "./rows/connections/differing.ts";
import { piggybackRows } from "./rows/connections/piggyback.ts";
import { refusedRows } from "./rows/connections/refused.ts";
import { connectionSettings } from "./rows/connections/scene.ts";
import { connectionSettingRows, limitedConnections } from "./rows/connections/settings.ts";
import { transportRows } from "./rows/connections/transports.ts";
import { creationRows } from "./rows/creation.ts";
import { endpointRows } from "./rows/endpoints.ts";
import { everywhereRows } from "./rows/everywhere.ts";
import { headerRows } from "./rows/headers.ts";
import { historyRows } from "./rows/history.ts";
import { idleHeaderRows } from "./rows/idle-headers.ts";
import { ackRows } from "./rows/live/acks.ts";
import { cloudEventRows } from "./rows/live/cloud-events.ts";
import { liveCommandRows } from "./rows/live/commands.ts";
import { differingLiveRows } from "./rows/live/differing.ts";
import { messageSendingRows } from "./rows/live/messages.ts";
import { preDefinedRows } from "./rows/live/pre-defined.ts";
import { pastRows, subscriptionRows } from "./rows/live/subscriptions.ts";
import { messageRows } from "./rows/messages.ts";
import { metadataRows } from "./rows/metadata.ts";
import { parameterRows } from "./rows/parameters.ts";
import { policyCommandRows } from "./rows/policies/commands.ts";
import { policyEndpointRows } from "./rows/policies/endpoints.ts";
import { identityRows, policySettingRows, policySettings } from "./rows/policies/identity.ts";
import { policyRuleRows } from "./rows/policies/rules.ts";
import { namespaceRootRows, namespaceRoots, policyViewRows } from "./rows/policies/views.ts";
import { laterRows, routeRows } from "./rows/routes.ts";
import { askedRows } from "./rows/search/asked.ts";
import { beyondSearchRows, searchSettingRows, searchSettings } from "./rows/search/beyond.ts";
import { differingSearchRows } from "./rows/search/differing.ts";
import { searchMessageRows } from "./rows/search/messages.ts";
import { operatorRows } from "./rows/search/operators.ts";
import { searchStreamRows } from "./rows/search/streams.ts";
import {
  corsRows,
  creationRuleRows,
  https,
  httpsRows,
  settings,
  settingsRows,
  withoutCorsRows,
} from "./rows/settings.ts";
import { valueRows } from "./rows/values.ts";

export const tables: readonly Table[] = [
  { title: "Resources of a thing", rows: endpointRows },
  { title: "Query parameters", rows: parameterRows },
  { title: "Headers", rows: [...headerRows, ...withoutCorsRows, ...idleHeaderRows] },
  { title: "Parameters and headers on every resource", rows: everywhereRows },
  { title: "Conditional requests", rows: conditionRows },
  { title: "Metadata", rows: metadataRows },
  { title: "History", rows: historyRows },
  { title: "Creating and naming things", rows: creationRows },
  { title: "Merges, keys and values", rows: valueRows },
  { title: "Other paths and methods", rows: routeRows },
  { title: "Origins, with ENABLE_CORS", rows: corsRows, env: settings },
  { title: "HTTPS, with FORCE_HTTPS and REDIRECT_TO_HTTPS", rows: httpsRows, env: https },
  { title: "Rules of creation, with ENTITY_CREATION", rows: creationRuleRows, env: settings },
  { title: "Further settings", rows: [...settingsRows, ...preDefinedRows], env: settings },
  { title: "Commands of the Ditto Protocol", rows: commandRows },
  { title: "Other messages of the Ditto Protocol", rows: messageRows },
  { title: "Resources of a policy", rows: policyEndpointRows },
  { title: "What policies say", rows: policyRuleRows },
  { title: "Views of policies and checks of permissions", rows: policyViewRows },
  { title: "Root policies, with NAMESPACE_POLICIES", rows: namespaceRootRows, env: namespaceRoots },
  { title: "Identity", rows: identityRows },
  { title: "Settings of policies and access", rows: policySettingRows, env: policySettings },
  { title: "Commands on policies of the Ditto Protocol", rows: policyCommandRows },
  { title: "Search", rows: [...askedRows, ...searchStreamRows, ...operatorRows] },
  { title: "Search, beside Ditto", rows: [...differingSearchRows, ...beyondSearchRows] },
  { title: "Settings of search", rows: searchSettingRows, env: searchSettings },
  { title: "Messages of search of the Ditto Protocol", rows: searchMessageRows },
  { title: "Messages", rows: messageSendingRows },
  { title: "The live channel", rows: liveCommandRows },
  { title: "Events, and the past", rows: [...subscriptionRows, ...pastRows] },
  { title: "Acknowledgements", rows: ackRows },
  { title: "CloudEvents", rows: cloudEventRows },
  { title: "The live side, beside Ditto", rows: differingLiveRows },
  { title: "Connections", rows: connectionRows, env: connectionSettings },
  { title: "What connections must be like", rows: refusedRows, env: connectionSettings },
  { title: "Types of connections", rows: transportRows, env: connectionSettings },
  { title: "What connections do", rows: behaviourRows, env: connectionSettings },
  { title: "Connections by piggyback", rows: piggybackRows, env: connectionSettings },
  { title: "Settings of connections", rows: connectionSettingRows, env: limitedConnections },
  { title: "Connections, beside Ditto", rows: differingConnectionRows, env: connectionSettings },
  { title: "Later", rows: laterRows },
];
