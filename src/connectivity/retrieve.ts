// Reading a connection, as it is and as it was (basic-history page).

import { selectFields } from "../base/json/fields.ts";
import type { JsonObject } from "../base/json/json.ts";
import { momentOf } from "../dispatch/history/moment.ts";
import { type Past, retrieveAt } from "../dispatch/history/rebuild.ts";
import { checkPreconditions } from "../dispatch/preconditions.ts";
import type { Journal } from "../journal/journal.ts";
import type { Reply } from "../signals/reply.ts";
import type { EntityState } from "../signals/signal.ts";
import { connectionReplay } from "./apply.ts";
import type { RetrieveConnection } from "./connection-store.ts";
import { tagOf } from "./decide.ts";
import { connectionNotFound, connectionPreconditionFailed } from "./errors.ts";
import type { Held } from "./held-connections.ts";
import type { Vault } from "./secrets/vault.ts";

/** Answers a retrieve as the store of connections promises it. */
export async function retrieveConnection(
  asked: RetrieveConnection,
  held: Held | undefined,
  journal: Journal,
  vault: Vault,
): Promise<Reply> {
  if (!held?.state.value) throw connectionNotFound(asked.id);
  const moment = momentOf(asked.headers);
  const past = moment && (await retrieveAt(journal, connectionReplay, asked.id, moment, held.state));
  if (past) return readPast(asked, past, vault);
  if (held.fault) throw held.fault;
  return answer(asked, held.state);
}

function readPast(asked: RetrieveConnection, { state, headers }: Past, vault: Vault): Reply {
  if (!state.value) throw connectionNotFound(asked.id);
  const reply = answer(asked, { ...state, value: vault.open(state.value) });
  // The revision that Ditto tells of the past is one less than that of the state.
  return { ...reply, revision: state.revision - 1, headers: { "historical-headers": headers } };
}

function answer({ headers, fields }: RetrieveConnection, state: EntityState): Reply {
  const { revision, value } = state;
  const etag = tagOf(state);
  const isKnown = checkPreconditions(headers, etag, true, connectionPreconditionFailed);
  if (isKnown) return { status: 304, revision, etag };
  return {
    status: 200,
    revision,
    etag,
    value: fields ? selectFields(around(state), fields) : (value as JsonObject),
  };
}

/** With what is only told when it is asked for. */
export const around = ({ value, revision, created, modified }: EntityState): JsonObject => ({
  ...value,
  _revision: revision,
  _created: new Date(created).toISOString(),
  _modified: new Date(modified).toISOString(),
});
