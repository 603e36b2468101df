// Things whose id the server generates, at random, and where that stands among the others in sorted answers.

import { isArray, isObject, type JsonValue } from "../../src/base/json/json.ts";
import type { Bindings } from "./bindings.ts";
import type { OurResponse } from "./compare.ts";
import type { Exchange, WireRequest } from "./recording.ts";

type Ask = (request: WireRequest) => Promise<OurResponse>;

/** How often a thing is created for an id of the right order; that it takes more than a few times is rare. */
const TRIES = 40;

/**
 * Makes what asks for an exchange of a recording. Ditto's generated id stands somewhere among the others in every sorted
 * answer of a recording; ours is as random. So a thing whose id would stand elsewhere is deleted with its policy, after which no
 * answer tells that it was there, and created again.
 */
export function askerFor(exchanges: readonly Exchange[], ask: Ask) {
  const listed = [...new Set(exchanges.flatMap(({ response: { body } }) => listedIds(body)))];
  return async (exchange: Exchange, sent: WireRequest, bindings: Bindings): Promise<OurResponse> => {
    const recorded = generatedId(exchange);
    if (recorded === undefined) return ask(sent);
    const others = listed.filter((id) => id !== recorded);
    for (let i = 0; i < TRIES; i++) {
      const response = await ask(sent);
      const ours = thingIdOf(parsed(response.body));
      const isAlike = (id: string) => id < recorded === bindings.translate(id) < (ours as string);
      if (response.status !== 201 || ours === undefined || others.every(isAlike)) return response;
      await remove(ours, sent, ask);
    }
    throw new Error(`${TRIES} generated ids stand elsewhere than ${recorded}`);
  };
}

/** The id that was generated when the exchange was recorded; `undefined` where none was. */
function generatedId({ request, response }: Exchange): string | undefined {
  const isCreation = request.method === "POST" && /^\/api\/2\/things(?:\?|$)/.test(request.path);
  return isCreation && response.status === 201 && response.body.kind === "json"
    ? thingIdOf(response.body.json)
    : undefined;
}

/** The ids of the things that an answer lists. */
function listedIds(body: Exchange["response"]["body"]): string[] {
  if (body.kind !== "json") return [];
  const list = isObject(body.json) ? body.json.items : body.json;
  return isArray(list) ? list.flatMap((item) => thingIdOf(item) ?? []) : [];
}

const thingIdOf = (value: JsonValue | undefined): string | undefined =>
  isObject(value) && typeof value.thingId === "string" ? value.thingId : undefined;

function parsed(text: string): JsonValue | undefined {
  try {
    return JSON.parse(text) as JsonValue;
  } catch {
    return undefined;
  }
}

async function remove(id: string, { headers }: WireRequest, ask: Ask): Promise<void> {
  const { "content-type": _, ...others } = headers;
  for (const kind of ["things", "policies"]) {
    const { status } = await ask({ method: "DELETE", path: `/api/2/${kind}/${id}`, headers: others });
    if (status !== 204) throw new Error(`${id} of ${kind} could not be deleted: ${status}`);
  }
}
