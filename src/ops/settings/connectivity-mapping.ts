// How messages of connections are mapped.

import { optional, setting } from "../setting.ts";
import { bytes, duration, flag, text, whole } from "../setting-kinds.ts";

const path = "ditto.connectivity.mapping";

export const connectivityMappingSettings = {
  mappingScriptBytes: setting(
    "CONNECTIVITY_MESSAGE_MAPPING_JS_MAX_SCRIPT_SIZE_BYTES",
    bytes,
    "50000",
    "How long a mapping script may be.",
    `${path}.javascript.maxScriptSizeBytes`,
  ),
  mappingScriptTime: setting(
    "CONNECTIVITY_MESSAGE_MAPPING_JS_MAX_EXECUTION_TIME",
    duration,
    "500ms",
    "How long a mapping script may run for one message; then it is stopped, and the message fails.",
    `${path}.javascript.maxScriptExecutionTime`,
  ),
  mappingScriptStackDepth: setting(
    "CONNECTIVITY_MESSAGE_MAPPING_JS_MAX_STACK_DEPTH",
    whole(1, 100),
    "25",
    "How deeply the calls of a mapping script may be nested, about.",
    `${path}.javascript.maxScriptStackDepth`,
  ),
  mappingScriptMemory: setting(
    "CONNECTIVITY_MESSAGE_MAPPING_JS_MAX_MEMORY",
    bytes,
    "512M",
    "How much memory the mapping scripts of all connections have together, at least 16M. It is taken as it is needed, 16M for 100 scripts; a quarter is for those who need more. Where there is no room for another script, its connection is not opened.",
  ),
  mappingOneScriptMemory: setting(
    "CONNECTIVITY_MESSAGE_MAPPING_JS_MAX_SCRIPT_MEMORY",
    bytes,
    "128M",
    "How much memory one mapping script may take, with what its up to 100 neighbours have; when it is used up, the message fails and these scripts begin anew.",
  ),
  mappingCommonJsPath: optional(
    "CONNECTIVITY_MESSAGE_MAPPING_JS_COMMON_JS_MODULE_PATH",
    text,
    "A folder of CommonJS modules that mapping scripts can require.",
    `${path}.javascript.commonJsModulePath`,
  ),
  mappingPublishFailedEnrichments: setting(
    "CONNECTIVITY_MESSAGE_MAPPING_PUBLISH_FAILED_ENRICHMENTS",
    flag,
    "false",
    "Whether targets are told of a signal without its extra fields where these are too much; else it fails.",
    `${path}.publish-failed-enrichments`,
  ),
  mappingSourceMappers: setting(
    "CONNECTIVITY_MESSAGE_MAPPING_MAX_SOURCE_MAPPERS",
    whole(0),
    "10",
    "How many mappers a source may have.",
    `${path}.mapper-limits.max-source-mappers`,
  ),
  mappingTargetMappers: setting(
    "CONNECTIVITY_MESSAGE_MAPPING_MAX_TARGET_MAPPERS",
    whole(0),
    "10",
    "How many mappers a target may have.",
    `${path}.mapper-limits.max-target-mappers`,
  ),
  mappingIncomingMessages: setting(
    "CONNECTIVITY_MESSAGE_MAPPING_MAX_MAPPED_INBOUND_MESSAGES",
    whole(0),
    "10",
    "How many messages a mapper may make of one that comes in.",
    `${path}.mapper-limits.max-mapped-inbound-messages`,
  ),
  mappingOutgoingMessages: setting(
    "CONNECTIVITY_MESSAGE_MAPPING_MAX_MAPPED_OUTBOUND_MESSAGES",
    whole(0),
    "10",
    "How many messages a mapper may make of one that goes out.",
    `${path}.mapper-limits.max-mapped-outbound-messages`,
  ),
} as const;
