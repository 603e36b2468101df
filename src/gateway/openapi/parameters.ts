// The parameters of operations, each a component of the document.

import { keyPattern, keysPattern } from "../../../schema/wire/json.ts";
import { labelPattern, resourcePattern, subjectPattern } from "../../../schema/wire/policies.ts";
import type { CommandAction, EntityKind } from "../../signals/signal.ts";
import { type HeaderRow, requestHeaderRows } from "./headers.ts";
import { componentRef, type Parameter, type Reference, type Schema, schemaRef } from "./openapi.ts";

const inPath = (name: string, description: string, schema: Schema): Parameter => ({
  name,
  in: "path",
  required: true,
  description,
  schema,
});
const inQuery = (name: string, description: string, schema: Schema): Parameter => ({
  name,
  in: "query",
  description,
  schema,
});
const text = (pattern: string, example: string): Schema => ({ type: "string", pattern, examples: [example] });
const keys = (example: string) => text(keysPattern, example);

const pathParameters: Readonly<Record<string, Parameter>> = {
  thingId: inPath("thingId", "ID of the thing.", schemaRef("ThingId")),
  policyId: inPath("policyId", "ID of the policy.", schemaRef("PolicyId")),
  attributePath: inPath("attributePath", "Keys of the attribute, between slashes.", keys("location/city")),
  featureId: inPath("featureId", "ID of the feature.", text(keyPattern, "lamp")),
  propertyPath: inPath("propertyPath", "Keys of the property, between slashes.", keys("color/red")),
  messageSubject: inPath("messageSubject", "What the message is about.", text("^[^/]+$", "ask")),
  label: inPath("label", "Label of the entry.", text(labelPattern, "OWNER")),
  subjectId: inPath("subjectId", "ID of the subject.", text(subjectPattern, "nginx:ditto")),
  resourcePath: inPath("resourcePath", "Key of the resource.", text(resourcePattern, "thing:/attributes")),
  importedPolicyId: inPath("importedPolicyId", "ID of the imported policy.", schemaRef("PolicyId")),
};

const commaList = (schema: Schema) => ({
  schema: { type: "array", items: schema },
  style: "form",
  explode: false,
});

const listOption = "(?:size\\((?:[1-9][0-9]?|1[0-9]{2}|200)\\)|cursor\\([A-Za-z0-9_-]+\\))";

const queryParameters: Readonly<Record<string, Parameter>> = {
  fields: inQuery("fields", "What to read of each value: paths between commas, nested ones in parentheses.", {
    type: "string",
    examples: ["thingId,attributes(location,owner)"],
  }),
  namespace: inQuery(
    "namespace",
    "Namespace of the new ID, in place of the default one.",
    schemaRef("Namespace"),
  ),
  ids: {
    ...inQuery("ids", "IDs of the things to read, in this order; without them, all are listed.", {}),
    ...commaList(schemaRef("ThingId")),
  },
  namespaces: {
    ...inQuery("namespaces", "Namespaces to which the list of all things is confined.", {}),
    ...commaList(schemaRef("Namespace")),
  },
  option: inQuery(
    "option",
    "Size of a page of the list of all things, and the cursor where it begins, which the link to the next page has.",
    text(`^${listOption}(?:,${listOption})*$`, "size(50)"),
  ),
};

function headerParameter(name: string, { says, schema, query, json }: HeaderRow): Parameter {
  const where = query ? "query" : "header";
  const description = query ? `${says} May be a header, too.` : says;
  const value = json ? { content: { "application/json": { schema } } } : { schema };
  return { name, in: where, description, ...value };
}

/** Every parameter by the name of its component. */
export function parameterComponents(): Readonly<Record<string, Parameter>> {
  const headers = Object.entries(requestHeaderRows).map(([name, row]) => [name, headerParameter(name, row)]);
  return { ...pathParameters, ...queryParameters, ...Object.fromEntries(headers) };
}

export const parameter = (name: string): Reference => componentRef("parameters", name);

/** The parameters that the braces of a template name. */
export const parametersOf = (template: string): readonly Reference[] =>
  [...template.matchAll(/\{(\w+)\}/g)].map(([, name]) => parameter(name as string));

/** The headers that mean something to a command. */
export function headersFor(kind: EntityKind, action: CommandAction): readonly Reference[] {
  return Object.entries(requestHeaderRows)
    .filter(([, row]) => row.of === undefined || row.of === kind)
    .filter(([, row]) => row.on === undefined || row.on.includes(action))
    .map(([name]) => parameter(name));
}
