// A thing and its parts, as src/things/model.ts takes and gives them.

import { type TSchema, Type } from "typebox";
import { named } from "./json.ts";

const orNull = (schema: TSchema, description: string) => Type.Union([schema, Type.Null()], { description });
const optional = (name: string) => Type.Optional(named(name));

const container = (description: string) => orNull(named("JsonObject"), description);

const thingMembers = {
  thingId: optional("ThingId"),
  policyId: optional("PolicyId"),
  definition: optional("Definition"),
  attributes: optional("Attributes"),
  features: optional("Features"),
};

const instant = (description: string) => Type.Optional(Type.String({ description, format: "date-time" }));

/** What a read only tells when its `fields` select it. */
const onRequest = {
  _namespace: optional("Namespace"),
  _revision: Type.Optional(
    Type.Integer({ description: "Number of changes since the beginning.", minimum: 1 }),
  ),
  _created: instant("When this life of the entity began."),
  _modified: instant("When it was changed last."),
  _metadata: Type.Optional(
    Type.Object({}, { description: "Metadata at the same places as the values it is about." }),
  ),
};

export const thingSchemas = {
  DefinitionIdentifier: Type.String({
    description: "Names a model: 'namespace:name:version' or the HTTP(S) URL of its description.",
    pattern: "^(?:[A-Za-z0-9_.-]+:[A-Za-z0-9_.-]+:[A-Za-z0-9_.-]+|https?://[A-Za-z0-9].*)$",
    examples: ["org.acme:lamp:1.0.0", "https://acme.example/models/lamp.jsonld"],
  }),
  Definition: orNull(named("DefinitionIdentifier"), "The model that a thing follows; null stands for none."),
  Attributes: container("What describes a thing as a whole and changes rarely."),
  Features: orNull(
    Type.Object(
      {},
      {
        propertyNames: named("JsonKey"),
        additionalProperties: named("Feature"),
        description: "By feature ID.",
      },
    ),
    "The features of a thing.",
  ),
  FeatureDefinition: orNull(
    Type.Array(named("DefinitionIdentifier"), { minItems: 1 }),
    "The models that a feature follows, the most specific one first.",
  ),
  Properties: container("The state of a feature."),
  DesiredProperties: container("The state that a feature is to reach."),
  Feature: orNull(
    Type.Object({
      definition: optional("FeatureDefinition"),
      properties: optional("Properties"),
      desiredProperties: optional("DesiredProperties"),
    }),
    "One function of a thing, with its state.",
  ),
  NewThing: Type.Object(
    {
      ...thingMembers,
      _policy: optional("NewPolicy"),
      _copyPolicyFrom: Type.Optional(
        Type.String({
          description:
            "ID of a policy that is copied for the thing, or '{{ ref:things/THING-ID/policyId }}' for that of another thing.",
        }),
      ),
    },
    { description: "A thing to be created or put in the place of another; unknown members are left out." },
  ),
  Thing: Type.Object(
    { ...thingMembers, ...onRequest, _policy: optional("Policy") },
    { description: "A thing, or what of it was selected and may be seen." },
  ),
  ThingList: Type.Array(named("Thing")),
};

/** What a read of a policy only tells when its `fields` select it. */
export const policyOnRequest = onRequest;
