// `/api/2/search/things/aggregate`: what things have in common, in numbers. It is no part of Ditto.

import type { Aggregations } from "../../search/aggregate/aggregations.ts";
import { whenGone } from "../gone.ts";
import { accepted, listAnswer, methodNotAllowed } from "./answers.ts";
import type { HttpRequest } from "./entity-requests.ts";
import { readForm } from "./search-form.ts";
import { filterOf, namespacesOf, optionOf } from "./search-parameters.ts";

export interface AggregateParts {
  readonly aggregations: Aggregations;
  /** The longest form that is read. */
  readonly maxRequestBytes: number;
}

/** Path of the resource. */
export const AGGREGATE = "/api/2/search/things/aggregate";

/** Answers an aggregation, whose parameters stand in the URI or in a form. */
export async function aggregateRequest(parts: AggregateParts, request: HttpRequest): Promise<Response> {
  const { incoming, target } = request;
  switch (incoming.method) {
    case "GET":
      return answered(parts, request, target.query ?? new URLSearchParams());
    case "POST": {
      const form = await readForm(incoming, parts.maxRequestBytes);
      return form instanceof Response ? form : answered(parts, request, form);
    }
    default:
      return methodNotAllowed(["GET", "POST"]);
  }
}

/** An aggregation that nobody waits for any more is ended. */
async function answered(
  { aggregations }: AggregateParts,
  { incoming, headers, auth, reach }: HttpRequest,
  given: URLSearchParams,
): Promise<Response> {
  const ending = new AbortController();
  const stay = whenGone(incoming.socket, () => ending.abort());
  try {
    const asked = {
      filter: filterOf(given),
      namespaces: namespacesOf(given.getAll("namespaces"), reach),
      blocked: reach?.blocked,
      groupBy: listOf(given, "groupBy"),
      aggregates: listOf(given, "aggregates"),
      option: optionOf(given),
      headers,
      auth,
    };
    return await listAnswer(incoming, await aggregations.aggregate(asked, ending.signal), headers);
  } catch (error) {
    if (ending.signal.aborted) return accepted();
    throw error;
  } finally {
    stay();
  }
}

/** A list may be given in parts. */
const listOf = (given: URLSearchParams, name: string): string | undefined =>
  given.has(name) ? given.getAll(name).join(",") : undefined;
