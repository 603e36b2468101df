// How requests and messages are taken.

import { setting } from "../setting.ts";
import { bytes, duration, flag, mediaTypes, whole } from "../setting-kinds.ts";

export const requestSettings = {
  acceptedMediaTypes: setting(
    "ADDITIONAL_ACCEPTED_MEDIA_TYPES",
    mediaTypes,
    "application/octet-stream",
    "Media types that a JSON body may have besides application/json, separated by commas.",
    "ditto.gateway.http.additional-accepted-media-types",
  ),
  removeEmptyObjects: setting(
    "MERGE_REMOVE_EMPTY_OBJECTS_AFTER_PATCH_CONDITION_FILTERING",
    flag,
    "false",
    "Whether a merge leaves out the empty objects that conditions on parts of it leave behind.",
    "ditto.things.thing.merge.remove-empty-objects-after-patch-condition-filtering",
  ),
  requestTimeout: setting(
    "REQUEST_TIMEOUT",
    duration,
    "60s",
    "How long a request may take to arrive completely.",
    "ditto.gateway.http.request-timeout",
  ),
  idleTimeout: setting(
    "IDLE_TIMEOUT",
    duration,
    "610s",
    "How long an HTTP connection stays open between two requests.",
  ),
  fireAndForgetTimeout: setting(
    "FIRE_AND_FORGET_ENFORCEMENT_TIMEOUT",
    duration,
    "3s",
    "How long an HTTP request that requires no response is watched for a refusal; then it is answered with 202.",
    "ditto.gateway.command.fire-and-forget-enforcement-timeout",
  ),
  wsSubscriberBackpressure: setting(
    "WS_SUBSCRIBER_BACKPRESSURE",
    whole(1),
    "100",
    "How many commands of one WebSocket are in work at once; then it is read no further.",
    "ditto.gateway.streaming.websocket.subscriber.backpressure-queue-size",
  ),
  wsMaxBuffered: setting(
    "WS_MAX_BUFFERED",
    bytes,
    "4M",
    "How much may wait for a slow WebSocket client to take it; beyond, its session is closed.",
  ),
  wsThrottlingEnabled: setting(
    "GATEWAY_WEBSOCKET_THROTTLING_ENABLED",
    flag,
    "false",
    "Whether a WebSocket is read at the pace of the next two settings; what it sends beyond waits.",
    "ditto.gateway.streaming.websocket.throttling.enabled",
  ),
  wsThrottlingInterval: setting(
    "GATEWAY_WEBSOCKET_THROTTLING_INTERVAL",
    duration,
    "1s",
    "The span of time that GATEWAY_WEBSOCKET_THROTTLING_LIMIT is about.",
    "ditto.gateway.streaming.websocket.throttling.interval",
  ),
  wsThrottlingLimit: setting(
    "GATEWAY_WEBSOCKET_THROTTLING_LIMIT",
    whole(1),
    "100",
    "How many messages of one WebSocket are taken in each interval.",
    "ditto.gateway.streaming.websocket.throttling.limit",
  ),
  searchIdleTimeout: setting(
    "GATEWAY_STREAMING_SEARCH_IDLE_TIMEOUT",
    duration,
    "60s",
    "How long a search or a stream of past events over WebSocket goes on of which nothing is asked and told.",
    "ditto.gateway.streaming.search-idle-timeout",
  ),
} as const;
