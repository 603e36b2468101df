// A search as server-sent events.

import { as, get, type Row, row } from "../../row.ts";
import { first, own, query, things } from "./asking.ts";

const events = { accept: "text/event-stream" };
const stream = (headers: object = {}) =>
  get(`${things}?${query({ filter: own("exists(thingId)"), fields: "thingId" })}`, { ...events, ...headers });
const none = /^$/;

/** Searches that are answered with a stream. */
export const searchStreamRows: readonly Row[] = [
  row(
    "accept: text/event-stream",
    "asks for all that is found, an event a thing with its ID, then the end of the stream",
    first,
    stream().gives(200, {
      headers: { "content-type": "text/event-stream" },
      text: /^data:\{"thingId":"org\.acme:\w+"\}\nid:org\.acme:\w+\n\n$/,
    }),
    stream(as("nginx:guest")).gives(200, { text: none }),
    get(`${things}/count?filter=${encodeURIComponent("like(thingId,'org.none:*')")}`, events).gives(200, {
      body: 0,
    }),
  ),
  row(
    "last-event-id",
    "goes on behind the thing",
    first,
    stream({ "last-event-id": "{id}" }).gives(200, { text: none }),
    stream({ "last-event-id": "org.acme:0" }).gives(200, { text: /^data:/ }),
  ),
];
