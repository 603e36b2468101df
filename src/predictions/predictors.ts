// The predictors of the server: what is stored of them, who may ask what, and who serves them.

import { selectFields } from "../base/json/fields.ts";
import { isObject, type JsonObject } from "../base/json/json.ts";
import { alone } from "../cluster/alone.ts";
import type { Cluster } from "../cluster/cluster.ts";
import { tagOf } from "../dispatch/documents/document.ts";
import { around } from "../dispatch/documents/retrieve-document.ts";
import type { Reply } from "../signals/reply.ts";
import { type AllRuntimes, runtimesOfAll } from "./all-members.ts";
import { modelNotFound, predictorNotFound } from "./errors.ts";
import type { Predictor } from "./model.ts";
import { type FilesOfModels, type ModelFileParts, modelFiles } from "./model-files.ts";
import { modelsIn, versionIn } from "./models-in.ts";
import { checkAccess, mayAccess } from "./permissions.ts";
import type {
  Asked,
  Caller,
  ListQuery,
  PredictorCommand,
  PredictorPage,
  PredictorsApi,
} from "./predictors-api.ts";
import { masked, predictorVault, type SecretBox } from "./secrets.ts";
import type { MakeTrainingTable, ModelChecks, PredictorRuntime } from "./serving-api.ts";
import { openPredictorDocuments, type PredictorDocuments, type PredictorDocumentsParts } from "./store.ts";
import type { PredictorStore } from "./stored/predictor-store.ts";

export interface PredictorsParts
  extends Omit<PredictorDocumentsParts, "vault" | "kept" | "onChange">,
    Pick<ModelFileParts, "maxFileBytes" | "maxFiles" | "uploads"> {
  /** How secrets are kept at rest. */
  readonly secrets: SecretBox;
  readonly store: PredictorStore;
  readonly checks: ModelChecks;
  readonly runtime: PredictorRuntime;
  readonly trainingTable: MakeTrainingTable;
}

export interface Predictors extends PredictorsApi, Pick<FilesOfModels, "endUploads"> {
  /** Ends what is under way; the journal can be closed then. */
  stop(): Promise<void>;
}

/**
 * Reads the predictors of the journal, and tells who serves them of each. What a crash left of others is deleted. Rejects with
 * {@link JournalUnavailable}.
 */
export async function startPredictors(parts: PredictorsParts): Promise<Predictors> {
  const { runtime, store, cluster = alone("") } = parts;
  const runtimes = runtimesOfAll(runtime, cluster);
  const opened = await openPredictorDocuments({
    ...parts,
    kept: store,
    vault: predictorVault(parts.secrets),
    onChange: (predictor, id, _what, telling) => runtime.changed(predictor, id, telling),
  });
  const { documents } = opened;
  // Before there can be new ones of these IDs; but no server fails to start for that.
  const tidyUp = () =>
    forgetOthers(store, documents, cluster).catch((err: unknown) => {
      parts.log.warn({ err }, "what was left of deleted predictors could not be removed");
    });
  await tidyUp();
  const unwatch = cluster.watch({ acquired: () => void tidyUp() });
  // Of several members, none stores anything because another one starts.
  const telling = { isOwn: cluster.isAlone, others: Promise.resolve() };
  for (const { document } of documents.all()) await runtime.changed(document, document.id, telling);
  const files = modelFiles({ ...parts, runtime: runtimes }, opened);
  return {
    ...predictorsOf({ ...parts, runtimes }, opened),
    ...files,
    stop() {
      unwatch();
      files.endUploads();
      return documents.close();
    },
  };
}

/** In a cluster only those that are this member's, as it alone knows that there is none, and that none is being made. */
async function forgetOthers(
  store: PredictorStore,
  documents: PredictorDocuments["documents"],
  cluster: Cluster,
): Promise<void> {
  for (const id of await store.predictorIds()) {
    if (documents.now(id) || !cluster.mayServe(documents.keyOf(id))) continue;
    if (cluster.isAlone) await store.forget(id);
    else
      await documents.inTurn(id, async () => {
        if (!(await documents.isThere(id))) await store.forget(id);
      });
  }
}

type Resource = Omit<PredictorsApi, "files" | "putFile" | "getFile" | "deleteFile">;

function predictorsOf(
  parts: PredictorsParts & { readonly runtimes: AllRuntimes },
  opened: PredictorDocuments,
): Resource {
  const { documents, execute } = opened;
  const checked = (asked: Asked, permission: "READ" | "WRITE" | "EXECUTE"): Promise<JsonObject> =>
    checkAccess(asked.caller, asked.id, documents.now(asked.id)?.value, permission, parts.grants);
  return {
    execute: async (command) => answered(command, await execute(command)),
    retrieve: (asked) =>
      documents.attempt(asked.id, async () => {
        await checked(asked, "READ");
        return toldTo(asked.caller, await documents.retrieve(asked));
      }),
    list: (caller, query) => documents.attempt("*", () => list(caller, query, parts, opened)),
    status: (asked) =>
      documents.attempt(asked.id, async () => {
        const { model, status = "active" } = await checked(asked, "READ");
        const version = isObject(model) ? versionIn(model) : null;
        return { id: asked.id, status, version, ...((await parts.runtimes.status(asked.id)) ?? {}) };
      }),
    resetBaseline: (asked, version) =>
      documents.attempt(asked.id, async () => {
        const models = modelsIn(await checked(asked, "WRITE"));
        if (version !== undefined && models.every(({ value }) => versionIn(value) !== version))
          throw modelNotFound(version);
        await parts.runtimes.resetBaseline(asked.id, version);
      }),
    trainingData: (asked, query) =>
      documents.attempt(asked.id, async () => {
        await checked(asked, "EXECUTE");
        const predictor = readable(asked.id, opened);
        const own = { subjects: predictor.authorizationContext };
        return parts.trainingTable(predictor, query, asked.caller.isOperator ? own : asked.caller.auth);
      }),
  };
}

/** One that can be read, of those that there are. */
function readable(id: string, { documents }: PredictorDocuments): Predictor {
  const now = documents.now(id);
  if (!now?.document) throw now?.fault ?? predictorNotFound(id);
  return now.document;
}

/** Characters of JSON that a page has at most; more only where the first predictor has them. */
const MAX_PAGE = 4_000_000;

async function list(
  caller: Caller,
  { fields, after, limit }: ListQuery,
  { grants }: PredictorsParts,
  { documents }: PredictorDocuments,
): Promise<PredictorPage> {
  const may = policiesOnce((predictor) => mayAccess(caller, predictor, "READ", grants));
  const predictors: JsonObject[] = [];
  let characters = 0;
  let last: string | undefined;
  for (const stored of await documents.current()) {
    const { id } = stored.document;
    if ((after !== undefined && id <= after) || !(await may(stored.value))) continue;
    if (last !== undefined && predictors.length >= limit) return { predictors, next: last };
    const value = fields ? selectFields(around(stored), fields) : stored.value;
    characters += JSON.stringify(value).length;
    if (last !== undefined && characters > MAX_PAGE) return { predictors, next: last };
    predictors.push(caller.isOperator ? value : masked(value));
    last = id;
  }
  return { predictors };
}

function answered({ caller, action }: PredictorCommand, reply: Reply): Reply {
  const told = toldTo(caller, reply);
  if (action === "delete" || reply.revision === undefined) return told;
  return { ...told, etag: tagOf({ revision: reply.revision }) };
}

/** An answer without the secrets that only operators may know. */
function toldTo({ isOperator }: Caller, reply: Reply): Reply {
  return isOperator || !isObject(reply.value) ? reply : { ...reply, value: masked(reply.value) };
}

/** Asks once for all predictors of a policy. */
function policiesOnce(
  may: (predictor: JsonObject) => Promise<boolean>,
): (predictor: JsonObject) => Promise<boolean> {
  const known = new Map<unknown, Promise<boolean>>();
  return (predictor) => {
    const answer = known.get(predictor.policyId) ?? may(predictor);
    known.set(predictor.policyId, answer);
    return answer;
  };
}
