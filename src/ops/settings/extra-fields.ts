// What is told beside events and messages.

import { preDefinedExtraFields } from "../pre-defined-extra-fields.ts";
import { setting } from "../setting.ts";

export const extraFieldSettings = {
  preDefinedOfEvents: setting(
    "THING_EVENT_PRE_DEFINED_EXTRA_FIELDS",
    preDefinedExtraFields,
    "[]",
    "Extra fields that subscribers of events are expected to ask for: they are selected once for each event, for all who " +
      "ask for some of them. JSON of the form of Ditto's pre-defined-extra-fields: entries have namespaces (* and ? are " +
      "wildcards; unset: all), a condition (RQL; unset: none) and extra-fields. Nobody is told more or less by it.",
    "ditto.things.thing.event.pre-defined-extra-fields",
  ),
  preDefinedOfMessages: setting(
    "THING_MESSAGE_PRE_DEFINED_EXTRA_FIELDS",
    preDefinedExtraFields,
    "[]",
    "As THING_EVENT_PRE_DEFINED_EXTRA_FIELDS, for messages.",
    "ditto.things.thing.message.pre-defined-extra-fields",
  ),
} as const;
