// Reading a document, as it is and as it was (basic-history page).

import { selectFields } from "../../base/json/fields.ts";
import type { JsonObject } from "../../base/json/json.ts";
import type { Reply } from "../../signals/reply.ts";
import type { EntityState } from "../../signals/signal.ts";
import { momentOf } from "../history/moment.ts";
import { type Past, retrieveAt } from "../history/rebuild.ts";
import { checkPreconditions } from "../preconditions.ts";
import { documentReplay } from "./apply-document.ts";
import { type RetrieveDocument, tagOf } from "./document.ts";
import type { DocumentPlace, HeldDocument } from "./held-documents.ts";

/**
 * Answers a retrieve: 200, or 304 by `if-none-match`. An answer from history has the header `historical-headers`, and the revision
 * that the document had. Refuses with what the rules say, and with 404 what history does not hold.
 */
export async function retrieveDocument<T>(
  place: DocumentPlace<T>,
  asked: RetrieveDocument,
  held: HeldDocument<T> | undefined,
): Promise<Reply> {
  const { journal, rules } = place;
  if (!held?.state.value) throw rules.notFound(asked.id);
  const moment = momentOf(asked.headers);
  const past =
    moment && (await retrieveAt(journal, documentReplay(rules.kind), asked.id, moment, held.state));
  if (past) return readPast(place, asked, past);
  if (held.fault) throw held.fault;
  return answer(place, asked, held.state);
}

function readPast<T>(place: DocumentPlace<T>, asked: RetrieveDocument, { state, headers }: Past): Reply {
  if (!state.value) throw place.rules.notFound(asked.id);
  const reply = answer(place, asked, { ...state, value: place.vault.open(state.value) });
  return { ...reply, headers: { "historical-headers": headers } };
}

function answer<T>(
  { rules }: DocumentPlace<T>,
  { headers, fields }: RetrieveDocument,
  state: EntityState,
): Reply {
  const { revision, value } = state;
  const etag = tagOf(state);
  const isKnown = checkPreconditions(headers, etag, true, rules.preconditionFailed);
  if (isKnown) return { status: 304, revision, etag };
  return {
    status: 200,
    revision,
    etag,
    value: fields ? selectFields(around(state), fields) : (value as JsonObject),
  };
}

/** With what is only told when it is asked for. */
export const around = ({
  value,
  revision,
  created,
  modified,
}: Pick<EntityState, "value" | "revision" | "created" | "modified">): JsonObject => ({
  ...value,
  _revision: revision,
  _created: new Date(created).toISOString(),
  _modified: new Date(modified).toISOString(),
});
