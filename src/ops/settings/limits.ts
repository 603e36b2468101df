// How large and how many things may be.

import { setting } from "../setting.ts";
import { bytes, whole } from "../setting-kinds.ts";

export const limitSettings = {
  maxThingBytes: setting(
    "LIMITS_THINGS_MAX_SIZE",
    bytes,
    "100k",
    "The largest thing accepted, in characters of its JSON.",
    "ditto.limits.things.max-size",
  ),
  maxPolicyBytes: setting(
    "LIMITS_POLICIES_MAX_SIZE",
    bytes,
    "100k",
    "The largest policy accepted, in characters of its JSON.",
    "ditto.limits.policies.max-size",
  ),
  maxPolicyImports: setting(
    "LIMITS_POLICIES_MAX_IMPORTS",
    whole(1, 1000),
    "10",
    "The most policies that one policy may import.",
    "ditto.limits.policies.imports-limit",
  ),
  maxMessageBytes: setting(
    "LIMITS_MESSAGES_MAX_SIZE",
    bytes,
    "250k",
    "The largest payload of a message, in bytes.",
    "ditto.limits.messages.max-size",
  ),
  maxRequestBytes: setting(
    "MAX_REQUEST_BYTES",
    bytes,
    "1M",
    "The largest HTTP body or WebSocket frame that is read at all.",
  ),
  maxHeaderBytes: setting(
    "LIMITS_MESSAGES_HEADERS_SIZE",
    bytes,
    "5k",
    "The largest headers of one request, names and values together; beyond, 431.",
  ),
  maxSubjects: setting(
    "LIMITS_MESSAGES_AUTH_SUBJECTS_COUNT",
    whole(1),
    "100",
    "The most subjects that one request may speak for; beyond, 431.",
  ),
} as const;
