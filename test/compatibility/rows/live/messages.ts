// Messages to and from things and features, over HTTP and the Ditto Protocol.

import { answered, as, device, meanwhile, post, type Row, raw, request, row, say } from "../../row.ts";

const text = { "content-type": "text/plain" };
const topic = (subject: string) => `org.acme/{name}/things/live/messages/${subject}`;

const boxes = [
  { template: "/inbox", path: "/inbox", heard: { "ditto-message-direction": "TO" } },
  { template: "/outbox", path: "/outbox", heard: { "ditto-message-direction": "FROM" } },
  {
    template: "/features/{featureId}/inbox",
    path: "/features/light/inbox",
    heard: { "ditto-message-direction": "TO", "ditto-message-feature-id": "light" },
  },
  {
    template: "/features/{featureId}/outbox",
    path: "/features/light/outbox",
    heard: { "ditto-message-direction": "FROM", "ditto-message-feature-id": "light" },
  },
];

const sending: readonly Row[] = boxes.flatMap(({ template, path, heard }) => [
  row(
    `POST /things/{thingId}${template}/messages/{messageSubject}`,
    "is told to who subscribed to messages; the answer has the status and content of the first who answers",
    device.opens("START-SEND-MESSAGES"),
    meanwhile(
      post(`{thing}${path}/messages/ask/for`, raw("how?"), text).gives(418, {
        text: /^so$/,
        headers: { "content-type": /^text\/plain/, channel: "live" },
      }),
    ),
    device.hears({
      topic: topic("ask/for"),
      path: `${path}/messages/ask/for`,
      value: "how?",
      headers: {
        ...heard,
        "content-type": "text/plain",
        "ditto-message-subject": "ask/for",
        "ditto-message-thing-id": "{id}",
      },
    }),
    device.says({
      topic: topic("ask/for"),
      path: `${path.replace("inbox", "outbox")}/messages/ask/for`,
      headers: { "correlation-id": "{cid}", ...text },
      value: "so",
      status: 418,
    }),
    answered,
  ),
]);

const { says: toOutbox } = {
  says: (value: unknown, type: string, status = 200) =>
    device.says({
      topic: topic("ask"),
      path: "/outbox/messages/ask",
      headers: { "correlation-id": "{cid}", "content-type": type },
      value,
      status,
    }),
};

export const messageSendingRows: readonly Row[] = [
  ...sending,
  row(
    "POST /things/{thingId}/inbox/messages/{messageSubject}",
    "carries JSON, text, or bytes, which are Base64 in the Ditto Protocol",
    device.opens("START-SEND-MESSAGES"),
    meanwhile(post("{thing}/inbox/messages/ask", { q: [1] }).gives(200, { body: { a: 42 } })),
    device.hears({ value: { q: [1] }, headers: { "content-type": "application/json" } }),
    toOutbox({ a: 42 }, "application/json"),
    answered,
    meanwhile(
      post("{thing}/inbox/messages/ask", raw("\u0000\u0001"), {
        "content-type": "application/octet-stream",
      }).gives(200, { text: /^hello$/, headers: { "content-type": "application/octet-stream" } }),
    ),
    device.hears({ value: "AAE=", headers: { "content-type": "application/octet-stream" } }),
    toOutbox("aGVsbG8=", "application/octet-stream"),
    answered,
  ),
  row(
    "POST /things/{thingId}/inbox/messages/{messageSubject}",
    "waits 10 s at most by itself, 60 s where asked to, and not at all with a timeout of zero",
    post("{thing}/inbox/messages/ask?timeout=100ms", "x").fails(408, "command.timeout"),
    post("{thing}/inbox/messages/ask?timeout=0", "x").gives(202),
    post("{thing}/inbox/messages/ask?timeout=61s", "x").fails(400, "timeout.invalid"),
  ),
  row(
    "POST /things/{thingId}/inbox/messages/{messageSubject}",
    "needs WRITE on `message:/`, and a thing",
    post("{thing}/inbox/messages/ask?timeout=100ms", "x", as("nginx:reader")).fails(
      403,
      "messages:send.notallowed",
    ),
    post("{thing}-none/inbox/messages/ask?timeout=100ms", "x").fails(404, "things:thing.notfound"),
  ),
  row(
    "POST /things/{thingId}/inbox/claim",
    "needs no permission, and waits 60 s by itself, 600 s at most",
    device.opens("START-SEND-MESSAGES"),
    meanwhile(post("{thing}/inbox/claim", { key: 1 }, as("nginx:stranger")).gives(204)),
    device.hears({ topic: topic("claim"), path: "/inbox/messages/claim", value: { key: 1 } }),
    device.says({
      topic: topic("claim"),
      path: "/inbox/messages/claim",
      headers: { "correlation-id": "{cid}" },
      status: 204,
    }),
    answered,
    post("{thing}/inbox/claim?timeout=601s", {}).fails(400, "timeout.invalid"),
  ),
  row(
    "things/live/messages/ask",
    "sends a message by the protocol, and answers one",
    device.opens("START-SEND-MESSAGES"),
    meanwhile(
      say({
        topic: topic("ask"),
        path: "/inbox/messages/ask",
        headers: { "correlation-id": "m", "content-type": "application/json" },
        value: 1,
      }).answers({ topic: topic("ask"), path: "/outbox/messages/ask", value: { a: 42 }, status: 200 }),
    ),
    device.hears({ value: 1 }),
    toOutbox({ a: 42 }, "application/json"),
    answered,
  ),
  row(
    "things/live/messages/ask",
    "is refused on the live channel's topic of errors",
    say({
      topic: topic("ask"),
      path: "/inbox/messages/other",
      headers: { "correlation-id": "m", "content-type": "application/json" },
    }).answers({ status: 400 }),
  ),
  row(
    "GET /things/{thingId}/inbox/messages/{messageSubject}",
    "is not allowed without `text/event-stream`",
    request("GET", "{thing}/inbox/messages/ask", undefined).gives(405),
    request("PUT", "{thing}/inbox/messages/ask", "x").gives(405),
  ),
];
