// Extra fields that are pre-defined by a setting.

import { device, listener, put, type Row, row } from "../../row.ts";

const colour = "{thing}/attributes/colour";
const name = "THING_EVENT_PRE_DEFINED_EXTRA_FIELDS";

/** They do not get into the way of other rows. */
export const preDefinedSettings = {
  [name]: JSON.stringify([
    {
      namespaces: ["org.acme"],
      condition: "exists(definition)",
      "extra-fields": ["definition", "attributes/place/room"],
    },
  ]),
};

export const preDefinedRows: readonly Row[] = [
  row(
    name,
    "nobody is told of them who does not ask for them",
    listener.opens("{thing}"),
    put(colour, "green").gives(204),
    listener.hears('data:{"thingId":"{id}","attributes":{"colour":"green"}}'),
  ),
  row(
    name,
    "who asks for some of them gets these, and others that he asks for",
    device.opens("START-SEND-EVENTS?extraFields=definition,attributes/place/floor"),
    put(colour, "green").gives(204),
    device.hears({
      topic: "org.acme/{name}/things/twin/events/modified",
      extra: { definition: "org.acme:lamp:1.0.0", attributes: { place: { floor: 2 } } },
    }),
  ),
];
