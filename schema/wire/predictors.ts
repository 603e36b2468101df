// Predictors: models bound to things (docs/predictions.md). What goes together is judged by the server beyond this.

import { Type } from "typebox";
import { named } from "./json.ts";
import {
  about,
  closed,
  duration,
  keyText,
  maybe,
  number,
  pointer,
  subjectOfMessage,
  thingPath,
  whole,
} from "./predictor-parts.ts";

const extent = (description: string, most: number) =>
  Type.Union([whole("So many readings.", 1, most), duration("So much time.")], { description });
const properties = (description: string) =>
  Type.Object(
    {},
    {
      description,
      minProperties: 1,
      maxProperties: 256,
      propertyNames: pointer("Where it goes."),
      additionalProperties: pointer("An output, and where in it."),
    },
  );

const binding = closed(
  {
    namespaces: maybe(
      Type.Array(named("Namespace"), { ...about("Of the things."), minItems: 1, maxItems: 100 }),
    ),
    filter: maybe(Type.String({ ...about("RQL on the things."), minLength: 1, maxLength: 65_536 })),
    definition: maybe(
      Type.String({
        ...about("Of the things; '*' stands for any characters."),
        minLength: 1,
        maxLength: 1_000,
        examples: ["org.acme:bearing:*"],
      }),
    ),
  },
  "The things that it is for: those for which all of this holds. Without it all that its subjects may see.",
);

const trigger = closed(
  {
    paths: maybe(
      Type.Array(thingPath("A change at, above or below it triggers."), {
        ...about("By default those of the inputs."),
        maxItems: 64,
      }),
    ),
    debounce: maybe(duration("Changes within so long after the first lead to one prediction.", "0s")),
    every: maybe(duration("All things are predicted again after so long, from 1s on.")),
    message: maybe(subjectOfMessage("Messages of this subject are answered with a prediction.")),
  },
  "When a prediction is made.",
);

const input = closed(
  {
    name: Type.String({
      ...about("Of the column."),
      maxLength: 100,
      pattern: "^[^=\\u0000-\\u001f\\u007f-\\u009f]+$",
    }),
    path: thingPath("Where in the thing it is read."),
    window: maybe(extent("The readings that an aggregate is made of.", 10_000)),
    aggregate: maybe(
      Type.String({
        ...about("What is made of the window."),
        pattern: "^(?:last|mean|min|max|sum|std|slope|count|rate|p\\d{1,3}(?:\\.\\d{1,6})?)$",
        default: "last",
      }),
    ),
    lag: maybe(extent("As it was so many readings, or so long, ago.", 9_999)),
    oneHot: maybe(
      Type.Array(
        Type.Union([Type.String({ maxLength: 200 }), number("A number."), Type.Boolean()], about("A value.")),
        { ...about("Values that become a column each."), minItems: 1, maxItems: 1_024 },
      ),
    ),
    scale: maybe(
      Type.Union(
        [
          closed(
            { mean: number("Is taken off."), std: Type.Number({ exclusiveMinimum: 0, maximum: 1e100 }) },
            "To mean 0 and deviation 1.",
          ),
          closed({ min: number("Becomes 0."), max: number("Becomes 1.") }, "To 0 to 1."),
        ],
        about("How the number is scaled."),
      ),
    ),
    missing: maybe(
      Type.Union(
        [
          Type.String({ enum: ["skip", "last", "nan"], default: "skip" }),
          closed({ value: number("What there is instead.") }, "A number."),
        ],
        about("What there is where there is no value."),
      ),
    ),
    expect: maybe(
      closed(
        {
          type: maybe(Type.String({ enum: ["number", "boolean", "string"] })),
          min: maybe(number("The least.")),
          max: maybe(number("The most.")),
        },
        "What else counts as a fault of the data.",
      ),
    ),
  },
  "An input of the model: a column, or several.",
);

const output = closed(
  {
    feature: Type.String({ ...about("That is written."), maxLength: 256, pattern: `^${keyText}$` }),
    definition: maybe(
      Type.Array(
        Type.String({ maxLength: 1_000, pattern: "^(?:[\\w\\-.]+:[\\w\\-.]+:[\\w\\-.]+|https?://.+)$" }),
        { ...about("Of a feature that is made for it."), minItems: 1, maxItems: 100 },
      ),
    ),
    properties: maybe(properties("Pointers to outputs.")),
    desiredProperties: maybe(properties("The same below the desired properties.")),
    message: maybe(
      closed(
        {
          subject: subjectOfMessage("Of the message."),
          when: maybe(
            closed(
              {
                output: pointer("An output, and where in it."),
                above: maybe(number("It begins above.")),
                below: maybe(number("It begins below.")),
              },
              "It is said when this begins to hold; by default each time.",
            ),
          ),
        },
        "Said from the feature's outbox.",
      ),
    ),
    eventOnly: maybe(Type.Boolean({ ...about("Told as a live event instead of stored."), default: false })),
    confidence: maybe(pointer("Which output tells how sure the model is.")),
    attributions: maybe(pointer("Which output tells what each column has contributed.")),
  },
  "What becomes of a prediction.",
);

const monitoring = closed(
  {
    baselineSize: maybe(whole("First predictions that later ones are compared with.", 10, 100_000, 1_000)),
    windowSize: maybe(whole("Later ones that are compared at once.", 10, 100_000, 500)),
    truth: maybe(
      closed(
        {
          path: thingPath("Where in the thing it is told."),
          output: pointer("What it is the truth of."),
          kind: Type.String({ enum: ["regression", "classification"] }),
          threshold: maybe(number("From here on something is; by default 0.5.")),
          within: maybe(duration("Older predictions are not judged.", "7d")),
        },
        "What turned out to be true.",
      ),
    ),
    groups: maybe(thingPath("Where in the thing its group is named.")),
    alerts: maybe(
      Type.Array(
        closed(
          {
            on: Type.String({
              enum: [
                ...["input-drift", "prediction-drift", "attribution-shift", "missing", "out-of-range"],
                ...["errors", "latency", "quality", "bias"],
              ],
            }),
            above: number("It begins above."),
          },
          "When somebody is to be told.",
        ),
        { maxItems: 64 },
      ),
    ),
  },
  "What is watched of it.",
);

export const predictorSchemas = {
  PredictorId: Type.String({
    description: "ID of a predictor.",
    pattern: "^(?!\\.{1,2}$)[A-Za-z0-9_.:-]{1,100}$",
    examples: ["vibration-watch"],
  }),
  Predictor: closed(
    {
      id: maybe(named("PredictorId")),
      description: maybe(Type.String({ ...about("For people."), maxLength: 2_000 })),
      status: maybe(Type.String({ enum: ["active", "paused"], default: "active" })),
      policyId: maybe(named("PolicyId")),
      authorizationContext: Type.Array(
        Type.String({
          maxLength: 1_000,
          pattern: "^[^:\\u0000-\\u001f\\u007f-\\u00ff]+:[^\\u0000-\\u001f\\u007f-\\u00ff]+$",
        }),
        { ...about("The subjects whose rights it has."), minItems: 1, maxItems: 100 },
      ),
      bind: maybe(binding),
      trigger: maybe(trigger),
      inputs: Type.Array(input, { minItems: 1, maxItems: 256 }),
      model: named("Model"),
      shadow: maybe(
        Type.Array(named("Model"), { ...about("Scored beside it; nothing is written."), maxItems: 4 }),
      ),
      canary: maybe(
        closed(
          {
            share: Type.Number({ ...about("Of the things."), minimum: 0, maximum: 1 }),
            model: named("Model"),
          },
          "Takes the place of the model for some of the things.",
        ),
      ),
      output,
      monitoring: maybe(monitoring),
    },
    "A model bound to things.",
  ),
};
