// How much predictors may take, of memory and of the database.

import { certificatesFile } from "../certificate-kinds.ts";
import { hostsWithPorts } from "../host-kinds.ts";
import { optional, setting } from "../setting.ts";
import { bytes, duration, headerNames, whole } from "../setting-kinds.ts";

export const predictionSettings = {
  maxPredictors: setting(
    "PREDICTIONS_MAX_PREDICTORS",
    whole(0, 100_000),
    "1000",
    "How many predictors there may be; all of them are held in memory.",
  ),
  maxPredictorsOfSubject: setting(
    "PREDICTIONS_MAX_OF_SUBJECT",
    whole(0, 100_000),
    "100",
    "How many predictors may act for one subject; operators may have more.",
  ),
  predictorModelMaxBytes: setting(
    "PREDICTIONS_MODEL_MAX_SIZE",
    bytes,
    "100M",
    "How large an uploaded file of a model may be.",
  ),
  predictorModelVersions: setting(
    "PREDICTIONS_MODEL_VERSIONS",
    whole(1, 10_000),
    "50",
    "How many files of models may be kept of each predictor.",
  ),
  predictorCacheBytes: setting(
    "PREDICTIONS_CACHE_SIZE",
    bytes,
    "256M",
    "How much memory what is known of things may take for all predictors together; what was not used for longest leaves first and is " +
      "read again from the database.",
  ),
  predictorQueueSize: setting(
    "PREDICTIONS_QUEUE_SIZE",
    whole(1, 10_000_000),
    "100000",
    "How many things may wait for a prediction at once; what comes beyond is only noted, and caught up with from history.",
  ),
  predictorWarmUp: setting(
    "PREDICTIONS_WARM_UP",
    whole(0, 100_000),
    "200",
    "From how many of its past events a model that learns while it works learns first of a thing it does not know.",
  ),
  predictorStateInterval: setting(
    "PREDICTIONS_STATE_INTERVAL",
    duration,
    "1s",
    "How often what was learned of things is stored, which after a crash need not be learned again.",
  ),
  predictorMetricsPredictors: setting(
    "PREDICTIONS_METRICS_PREDICTORS",
    whole(0, 1_000),
    "50",
    "Of how many predictors there are metrics by themselves for Prometheus; what those of the others count is told together.",
  ),
  predictionOnnxProcesses: setting(
    "PREDICTIONS_ONNX_PROCESSES",
    whole(1, 64),
    "1",
    "How many processes run ONNX models, each on one core; up to three more try files that are uploaded, models that are new, and those that hung or crashed.",
  ),
  predictionOnnxMemory: setting(
    "PREDICTIONS_ONNX_MEMORY",
    bytes,
    "1024M",
    "How much memory each of these processes may take; one that takes more is ended, and the model that ran pauses.",
  ),
  predictionOnnxModels: setting(
    "PREDICTIONS_ONNX_MODELS",
    whole(1, 10_000),
    "100",
    "How many ONNX models each of these processes has loaded at once; beyond, what was not used for longest is loaded again when it is.",
  ),
  predictionHttpHostnames: optional(
    "PREDICTIONS_HTTP_HOSTNAMES",
    hostsWithPorts,
    "Where servers of models may be that others than operators name; without it only operators may. A host stands for the usual port " +
      "of the URL's scheme, host:port for that port.",
  ),
  predictionHttpMaxResponse: setting(
    "PREDICTIONS_HTTP_MAX_RESPONSE",
    bytes,
    "1M",
    "How long an answer of a server of models may be, also when it is unpacked; reading a long one holds up everything else.",
  ),
  predictionHttpMaxConnections: setting(
    "PREDICTIONS_HTTP_MAX_CONNECTIONS",
    whole(1, 1_000),
    "8",
    "How many connections there may be to the server of one model, which is how many requests are under way at once.",
  ),
  predictionHttpCa: optional(
    "PREDICTIONS_HTTP_CA",
    certificatesFile,
    "A file with certificates in PEM of authorities that are trusted for servers of models, beside those of Node.",
  ),
  predictorHeadersToKeep: optional(
    "PREDICTIONS_HISTORICAL_HEADERS_TO_PERSIST",
    headerNames,
    "As THING_EVENT_HISTORICAL_HEADERS_TO_PERSIST, for predictors.",
  ),
} as const;
