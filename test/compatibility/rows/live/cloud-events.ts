import { differs, get, post, type Row, row } from "../../row.ts";

const attributes = {
  "ce-specversion": "1.0",
  "ce-type": "org.acme.changed",
  "ce-source": "/test",
  "ce-id": "1",
};
const command = {
  topic: "org.acme/{name}/things/twin/commands/modify",
  path: "/attributes/colour",
  value: "blue",
};

export const cloudEventRows: readonly Row[] = [
  row(
    "POST /cloudevents",
    "takes a message of the Ditto Protocol in a CloudEvent, and answers that it did",
    post("/api/2/cloudevents", command, attributes).gives(202),
    get("{thing}/attributes/colour").gives(200, { body: "blue" }),
    post("/api/2/cloudevents", command).fails(400, "cloudevent.unparsable"),
  ),
  differs(
    row(
      "POST /cloudevents",
      "takes structured ones as well",
      post(
        "/api/2/cloudevents",
        { specversion: "1.0", type: "org.acme.changed", source: "/test", id: "2", data: command },
        { "content-type": "application/cloudevents+json" },
      ).gives(202),
    ),
    "Ditto's pages promise it, its gateway refuses it",
  ),
];
