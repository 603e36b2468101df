// Where the live side differs from Ditto on purpose.

import {
  answered,
  as,
  device,
  differs,
  get,
  listener,
  meanwhile,
  patch,
  post,
  put,
  type Row,
  row,
} from "../../row.ts";

const live = "channel=live&timeout=100ms";

export const differingLiveRows: readonly Row[] = [
  differs(
    row(
      "condition",
      "of a message asks only about what its sender may read",
      post('{thing}/inbox/messages/ask?timeout=0&condition=eq(attributes/colour,"red")', 1).gives(202),
      post('{thing}/inbox/messages/ask?timeout=100ms&condition=eq(attributes/colour,"blue")', 1).fails(
        412,
        "things:condition.failed",
      ),
      post(
        '{thing}/inbox/claim?timeout=100ms&condition=eq(attributes/colour,"red")',
        1,
        as("nginx:stranger"),
      ).fails(412, "things:condition.failed"),
    ),
    "Ditto asks about all of the thing, against its own page, so that conditions tell what may not be read",
  ),
  differs(
    row(
      "?channel",
      "`live` is refused where no single device is asked",
      get(`/api/2/things?${live}`).fails(400, "header.notsupported"),
      get(`/api/2/search/things?${live}`).fails(400, "header.notsupported"),
    ),
    "Ditto asks every device for itself",
  ),
  differs(
    row(
      "PATCH /things/{thingId}",
      "a JSON patch needs the state, so no device is sent one",
      patch(`{thing}?${live}`, [], { "content-type": "application/json-patch+json" }).gives(415),
    ),
    "JSON patches are an addition",
  ),
  differs(
    row(
      "GET /things/{thingId}/attributes/{attributePath}",
      "as `text/event-stream` gives the value at the path",
      listener.opens("{thing}/attributes/colour"),
      put("{thing}/attributes/colour", "green").gives(204),
      listener.hears('data:"green"'),
    ),
    "the recorded Ditto sent nothing, which its pages promise",
  ),
  differs(
    row(
      "START-SEND-MESSAGES?extraFields",
      "of a thing that may not be read are left out, and the message is told",
      device.opens("START-SEND-MESSAGES?extraFields=attributes/colour"),
      post("{thing}/inbox/messages/ask?timeout=0", 1).gives(202),
      device.hears({ value: 1, extra: { attributes: { colour: "red" } } }),
    ),
    "Ditto tells an error in place of the message",
  ),
  differs(
    row(
      "?fields",
      "of a stream of events may be `_context` alone",
      listener.opens("{thing}?fields=_context/topic"),
      put("{thing}/attributes/colour", "green").gives(204),
      listener.hears('data:{"_context":{"topic":"org.acme/{name}/things/twin/events/modified"}}'),
    ),
    "Ditto's page promises it, its source drops such events",
  ),
  differs(
    row(
      "things/live/messages/ask",
      "is answered only by who may read or write it, whatever correlation ID others guess",
      device.opensAs("nginx:stranger", ""),
      meanwhile(
        post("{thing}/inbox/messages/ask?timeout=500ms", 1, { "correlation-id": "{name}" }).fails(
          408,
          "command.timeout",
        ),
      ),
      device.says({
        topic: "org.acme/{name}/things/live/messages/ask",
        path: "/outbox/messages/ask",
        headers: { "correlation-id": "{name}" },
        status: 200,
      }),
      answered,
    ),
    "Ditto asks nobody who answers for permissions",
  ),
];
