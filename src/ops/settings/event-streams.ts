// Server-sent events.

import { setting } from "../setting.ts";
import { bytes, duration, flag, whole } from "../setting-kinds.ts";

export const eventStreamSettings = {
  sseMaxStreams: setting(
    "SSE_MAX_STREAMS",
    whole(1),
    "10000",
    "How many streams of server-sent events are open at once; a quarter of them may be of one subject.",
  ),
  sseMaxBuffered: setting(
    "SSE_MAX_BUFFERED",
    bytes,
    "1M",
    "How much may wait for a slow reader of a stream of changes or messages to take it; beyond, the stream is ended.",
  ),
  sseThrottlingEnabled: setting(
    "GATEWAY_SSE_THROTTLING_ENABLED",
    flag,
    "false",
    "Whether event streams are slowed down to the pace of the next two settings: all of them, in Ditto those of searches only.",
    "ditto.gateway.streaming.sse.throttling.enabled",
  ),
  sseThrottlingInterval: setting(
    "GATEWAY_SSE_THROTTLING_INTERVAL",
    duration,
    "1s",
    "The span of time that GATEWAY_SSE_THROTTLING_LIMIT is about.",
    "ditto.gateway.streaming.sse.throttling.interval",
  ),
  sseThrottlingLimit: setting(
    "GATEWAY_SSE_THROTTLING_LIMIT",
    whole(1),
    "100",
    "How many events one stream has in each interval; those beyond wait, as much as SSE_MAX_BUFFERED lets them.",
    "ditto.gateway.streaming.sse.throttling.limit",
  ),
} as const;
