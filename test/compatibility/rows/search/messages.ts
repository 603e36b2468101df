// Searches by messages.

import { differs, type Row, row, saidBy, say } from "../../row.ts";
import { first, own } from "./asking.ts";

const topic = (what: string) => `_/_/things/twin/search/${what}`;
const tell = (what: string, value: object, parts: object = {}) =>
  say({ topic: topic(what), headers: { "correlation-id": "c" }, path: "/", value, ...parts });

export const searchMessageRows: readonly Row[] = [
  row(
    "things/twin/search/subscribe",
    "opens a search; its things come in pages, as many as are requested, then its end",
    first,
    tell(
      "subscribe",
      { filter: own("exists(attributes/colour)"), options: "size(1),sort(+thingId)" },
      { fields: "thingId" },
    ).answers({
      topic: topic("created"),
      headers: { "correlation-id": "c", "content-type": "application/json" },
      path: "/",
      value: { subscriptionId: "0" },
    }),
    tell("request", { subscriptionId: "0", demand: 3 }).answers({
      topic: topic("next"),
      value: { subscriptionId: "0", items: [{ thingId: "{id}" }] },
    }),
  ),
  row(
    "things/twin/search/failed",
    "tells what is wrong with a search, once something is requested of it",
    tell("subscribe", { filter: "bogus(" }).answers({
      topic: topic("created"),
      value: { subscriptionId: "0" },
    }),
    tell("request", { subscriptionId: "0", demand: 1 }).answers({
      topic: topic("failed"),
      value: { subscriptionId: "0", error: { status: 400, error: "rql.expression.invalid" } },
    }),
    tell("subscribe", {}).answers({ topic: topic("created"), value: { subscriptionId: "1" } }),
    tell("request", { subscriptionId: "1", demand: 0 }).answers({
      topic: topic("failed"),
      value: {
        subscriptionId: "1",
        error: { status: 400, error: "thing-search:subscription.protocol.error" },
      },
    }),
  ),
  differs(
    row(
      "things/twin/search/subscribe",
      "opens any number of searches",
      ...Array.from({ length: 101 }, (_, n) =>
        tell("subscribe", {}).answers({ topic: topic("created"), value: { subscriptionId: String(n) } }),
      ),
      tell("cancel", { subscriptionId: "0" }).answers({
        topic: topic("failed"),
        value: { subscriptionId: "100", error: { status: 429, error: "too.many.requests" } },
      }),
    ),
    "a session has at most 100 at once",
  ),
  row(
    "things/twin/search/request",
    "of a search that is not there fails",
    tell("request", { subscriptionId: "x", demand: 1 }).answers({
      topic: topic("failed"),
      value: { subscriptionId: "x", error: { status: 404, error: "thing-search:subscription.not.found" } },
    }),
  ),
  row(
    "things/twin/search/cancel",
    "ends a search; of one that is not there it fails",
    saidBy(
      "nginx:reader",
      tell("cancel", { subscriptionId: "x" }).answers({
        topic: topic("failed"),
        value: { subscriptionId: "x", error: { status: 404, error: "thing-search:subscription.not.found" } },
      }),
    ),
  ),
];
