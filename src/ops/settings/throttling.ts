// How often somebody may ask, and how much may be open at once. docs/limits.md lists all that is bounded.

import { setting } from "../setting.ts";
import { whole } from "../setting-kinds.ts";

export const throttlingSettings = {
  subjectCommandsPerSecond: setting(
    "SUBJECT_COMMANDS_PER_SECOND",
    whole(0, 1_000_000),
    "0",
    "How many commands of one subject are taken each second, by HTTP, WebSocket and connections together; beyond, 429 with " +
      "Retry-After. 0: any number. Each node of a cluster counts for itself.",
  ),
  subjectCommandsBurst: setting(
    "SUBJECT_COMMANDS_BURST",
    whole(0, 1_000_000),
    "0",
    "How many of them may come at once after a pause; 0: as many as SUBJECT_COMMANDS_PER_SECOND.",
  ),
  maxRequestsAtOnce: setting(
    "MAX_REQUESTS_AT_ONCE",
    whole(1),
    "25000",
    "How many HTTP requests to the API are in work at once, open streams of events among them; beyond, 503.",
  ),
  subjectRequestsAtOnce: setting(
    "SUBJECT_REQUESTS_AT_ONCE",
    whole(0),
    "0",
    "How many of them may be of one subject; beyond, 429. 0: all.",
  ),
  wsMaxSessions: setting(
    "WS_MAX_SESSIONS",
    whole(1),
    "50000",
    "How many WebSocket sessions are open at once; beyond, a handshake is answered with 429.",
  ),
  subjectWsSessions: setting(
    "SUBJECT_WS_SESSIONS",
    whole(0),
    "0",
    "How many of them may be of one subject; 0: all.",
  ),
  maxBytesUnderWay: setting(
    "MAX_BYTES_UNDER_WAY",
    whole(1),
    "128000000",
    "How many bytes of bodies of requests and of messages of WebSockets may have come while the rest of them has not, all " +
      "together; beyond, what began first is refused with 503, or its session closed with 1013. At least twice MAX_REQUEST_BYTES count.",
  ),
  maxBytesUnread: setting(
    "MAX_BYTES_UNREAD",
    whole(1),
    "512000000",
    "How many bytes may wait for clients that read slowly, all together: answers, events, messages of WebSockets. Beyond, those for " +
      "whom most waits are ended.",
  ),
  maxConnections: setting(
    "MAX_CONNECTIONS",
    whole(1),
    "65000",
    "How many TCP connections clients may have open to the HTTP port; what comes beyond is closed at once.",
  ),
  addressConnections: setting(
    "ADDRESS_CONNECTIONS",
    whole(0),
    "0",
    "How many of them may come from one address, of IPv6 from one network /64; 0: any number. Without effect where " +
      "TRUSTED_PROXIES are set, since all come from these.",
  ),
  addressConnectsPerSecond: setting(
    "ADDRESS_CONNECTS_PER_SECOND",
    whole(0),
    "0",
    "How often one address may connect each second, after a pause twice as often; 0: any number. Without effect where " +
      "TRUSTED_PROXIES are set.",
  ),
} as const;
