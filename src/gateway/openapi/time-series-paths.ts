// Time series of properties: a resource that Ditto does not have.

import { shared, told200 } from "./answers.ts";
import { type Parameter, type PathItem, type Schema, schemaRef } from "./openapi.ts";
import { parameter, parametersOf } from "./parameters.ts";

const time: Schema = {
  type: "string",
  pattern: "^(?:\\d{1,16}|[+-]?\\d{4,}-\\d\\d-\\d\\dT.+)$",
  examples: ["2026-01-31T12:00:00Z"],
};
const instant: Schema = { type: "string", format: "date-time" };

const inQuery = (name: string, description: string, schema: Schema): Parameter => ({
  name,
  in: "query",
  description,
  schema,
});

/** The parameters as components of the document. */
export const timeSeriesParameters: Readonly<Record<string, Parameter>> = {
  seriesFrom: inQuery("from", "Values from then on; ISO 8601, or milliseconds since 1970.", time),
  seriesTo: inQuery("to", "Values until then; without it, until now.", time),
  seriesBucket: inQuery("bucket", "Length of the stretches of time whose values are taken together.", {
    ...{ type: "string", pattern: "^\\d{1,18}(?:ms|mo|[smhdwy])?$", examples: ["5m"] },
  }),
  seriesAgg: inQuery("agg", "What is told of each bucket.", {
    type: "string",
    pattern: "^(?:last|mean|min|max|sum|std|slope|count|rate|p\\d{1,3}(?:\\.\\d{1,6})?)$",
    default: "mean",
    examples: ["p95"],
  }),
  seriesLimit: inQuery("limit", "How many values at most.", {
    ...{ type: "integer", minimum: 1, maximum: 100_000, default: 10_000 },
  }),
  seriesFormat: inQuery("format", "As which it comes; else 'Accept' says so.", {
    ...{ type: "string", enum: ["json", "csv"], default: "json" },
  }),
};

/** The schema of the answer, a component of the document. */
export const timeSeriesSchema: Schema = {
  type: "object",
  required: ["thingId", "path", "from", "to", "truncated", "values"],
  properties: {
    thingId: schemaRef("ThingId"),
    path: { type: "string", examples: ["features/motor/properties/vibration"] },
    ...{ from: instant, to: instant },
    bucket: { description: "As it was asked for.", type: "string" },
    agg: { description: "What is told of each bucket.", type: "string" },
    truncated: { description: "Whether there is more.", type: "boolean" },
    next: { ...instant, description: "From where to go on, if there is more." },
    values: {
      type: "array",
      items: {
        type: "object",
        required: ["timestamp", "value"],
        properties: {
          timestamp: { ...instant, description: "Of the change, or of the beginning of the bucket." },
          revision: { description: "Of the thing, with a change.", type: "integer", minimum: 1 },
          count: { description: "How many values a bucket has; empty ones are left out.", type: "integer" },
          value: { description: "Of a bucket, null where its values do not tell." },
        },
      },
    },
  },
};

const series = (container: "properties" | "desiredProperties", operationId: string): [string, PathItem] => {
  const template = `/api/2/things/{thingId}/features/{featureId}/${container}/{propertyPath}/timeseries`;
  const answer = told200(
    "TimeSeries",
    "The values, as far as the caller may read them now.",
    ...["correlation-id", "ditto-originator", "response-required", "link"],
  );
  return [
    template,
    {
      parameters: parametersOf(template),
      get: {
        operationId,
        summary: `Read how a ${container === "properties" ? "property" : "desired property"} changed`,
        description:
          "Without any of the parameters in the query, a property that is called 'timeseries' is read. Where there is none, the series is told if nothing else is said in the query or in headers of Ditto, and the property before it is there and no object.",
        tags: ["Features"],
        parameters: [...Object.keys(timeSeriesParameters), "correlation-id", "timeout"].map(parameter),
        responses: {
          200: { ...answer, content: { ...answer.content, "text/csv": { schema: { type: "string" } } } },
          ...shared(400, 401, 403, 404, 408, 414, 429, 431, 503),
        },
      },
    },
  ];
};

export const timeSeriesPaths: Readonly<Record<string, PathItem>> = Object.fromEntries([
  series("properties", "getPropertyTimeSeries"),
  series("desiredProperties", "getDesiredPropertyTimeSeries"),
]);
