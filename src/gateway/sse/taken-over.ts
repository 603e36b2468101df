// Answers that are written to Node's response by hand, and not by hono.

import type { ServerResponse } from "node:http";
import { RESPONSE_ALREADY_SENT } from "@hono/node-server/utils/response";

/** Writes an answer, with the headers that it has come to have on its way out. */
type Deliver = (outgoing: ServerResponse, headers: Record<string, string>) => void;

const deliveries = new WeakMap<Response, Deliver>();

/** Has an answer written by a function; that is called at once when the answer is ready to go. */
export function onDelivery(response: Response, deliver: Deliver): void {
  deliveries.set(response, deliver);
}

/** Writes an answer that has a function for that; others stay for hono to write. */
export function delivered(response: Response, outgoing: ServerResponse): Response {
  const deliver = deliveries.get(response);
  if (!deliver) return response;
  deliver(outgoing, Object.fromEntries(response.headers));
  return RESPONSE_ALREADY_SENT;
}
