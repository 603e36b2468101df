// `/metrics`: what Prometheus asks for.

import type { Metrics } from "../../ops/metrics.ts";

/** The answer to a GET of whoever may see the metrics. */
export const metricsAnswer = async (metrics: Pick<Metrics, "text" | "contentType">): Promise<Response> =>
  new Response(await metrics.text(), {
    status: 200,
    headers: { "content-type": metrics.contentType, "cache-control": "no-store" },
  });
