// Predictors, event-sourced: commands → events in the journal → who serves them.

import type { JsonObject } from "../base/json/json.ts";
import {
  type DocumentCommand,
  type DocumentRules,
  type OnDocument,
  tagOf,
} from "../dispatch/documents/document.ts";
import { type DocumentStore, openDocumentStore } from "../dispatch/documents/document-store.ts";
import type { DocumentCodec, DocumentStoreParts } from "../dispatch/documents/document-store-parts.ts";
import { checkPreconditions } from "../dispatch/preconditions.ts";
import type { Reply } from "../signals/reply.ts";
import {
  type DecidedPredictor,
  decide,
  type Known,
  type PredictorEvent,
  type PredictorNow,
} from "./decide.ts";
import { findEarlierModel } from "./earlier-model.ts";
import {
  predictorNotFound,
  predictorPreconditionFailed,
  predictorUnavailable,
  predictorUnreadable,
} from "./errors.ts";
import type { Predictor } from "./model.ts";
import { type Allowed, checkAccess, checkOutcome } from "./permissions.ts";
import type { PredictorCommand } from "./predictors-api.ts";
import { checkPredictorId } from "./read/read-names.ts";
import { readPredictor } from "./read/read-predictor.ts";
import { Room, type RoomParts } from "./room.ts";
import type { ModelChecks } from "./serving-api.ts";
import type { PredictorStore } from "./stored/predictor-store.ts";

/** A command as documents know it. */
type Executed = PredictorCommand & DocumentCommand;
type Documents = DocumentStore<Predictor, Executed, PredictorEvent>;

export interface PredictorDocuments {
  readonly documents: Documents;
  /** As {@link DocumentStore.execute}; who may not is refused. */
  execute(command: PredictorCommand): Promise<Reply>;
}

type DocumentParts = DocumentStoreParts<Predictor, Executed, PredictorEvent>;

export interface PredictorDocumentsParts
  extends Pick<DocumentParts, "journal" | "vault" | "historicalHeaders" | "log" | "cluster">,
    RoomParts,
    Allowed {
  readonly kept: Pick<PredictorStore, "files" | "forget">;
  readonly checks: Pick<ModelChecks, "validate">;
  readonly onChange: OnDocument<Predictor, PredictorEvent>;
}

const rules: DocumentRules<Predictor> = {
  kind: "predictor",
  read: readPredictor,
  notFound: predictorNotFound,
  unavailable: predictorUnavailable,
  unreadable: predictorUnreadable,
  preconditionFailed: predictorPreconditionFailed,
};

/** A command is JSON as it stands. */
const codec: DocumentCodec<Executed> = {
  print: (command) => command as unknown as JsonObject,
  read: (json) => json as unknown as Executed,
};

/** Reads all predictors of the journal. Rejects with {@link JournalUnavailable}. */
export async function openPredictorDocuments(parts: PredictorDocumentsParts): Promise<PredictorDocuments> {
  const room = new Room(parts, () => documents);
  const endings = new Endings(parts.onChange);
  const documents: Documents = await openDocumentStore<Predictor, Executed, PredictorEvent>({
    ...parts,
    rules,
    codec,
    settled: (command) => room.leave(command),
    onChange: (...change) => endings.tell(...change),
    mayCreate: ({ action }) => action === "put",
    async decide(now, command) {
      const decided = await judge(now, command, parts);
      if (decided.document) room.take(command, decided.document);
      if (decided.event === "created") await makeWay(command.id);
      return decided;
    },
  });

  /** What is kept of an earlier predictor of the ID must not become the new one's, whatever kept it from being deleted before. */
  async function makeWay(id: string): Promise<void> {
    await endings.of(id);
    await parts.kept.forget(id);
  }

  return {
    documents,
    async execute(command) {
      checkPredictorId(command.id);
      return documents.execute({ ...command, auth: command.caller.auth });
    },
  };
}

/** Tells of changes, and knows which predictors are deleted without having come to their end. */
class Endings {
  readonly #onChange: PredictorDocumentsParts["onChange"];
  readonly #underWay = new Map<string, Promise<unknown>>();

  constructor(onChange: PredictorDocumentsParts["onChange"]) {
    this.#onChange = onChange;
  }

  async tell(...told: Parameters<PredictorDocumentsParts["onChange"]>): Promise<void> {
    const [, id, what] = told;
    const acting = Promise.resolve(this.#onChange(...told));
    if (what === "deleted") this.#note(id, acting);
    await acting;
  }

  /** Resolves once the last predictor of an ID has ended, or has failed to. */
  async of(id: string): Promise<void> {
    await this.#underWay.get(id);
  }

  #note(id: string, acting: Promise<void>): void {
    const over = acting
      .catch(() => undefined) // who is told of it is somebody else
      .then(() => {
        if (this.#underWay.get(id) === over) this.#underWay.delete(id);
      });
    this.#underWay.set(id, over);
  }
}

/** In this order, so that nobody learns from a refusal what he may not see. */
async function judge(
  now: PredictorNow | undefined,
  command: Executed,
  parts: PredictorDocumentsParts,
): Promise<DecidedPredictor> {
  const { id, caller, headers } = command;
  if (now || command.action !== "put") await checkAccess(caller, id, now?.value, "WRITE", parts.grants);
  checkPreconditions(headers, now && tagOf(now), false, predictorPreconditionFailed);
  const decided = decide(now, command, await knownFor(now, command, parts));
  if (!decided.document) return decided;
  await checkOutcome(caller, id, now?.value, decided.change.value as JsonObject, parts);
  await parts.checks.validate(decided.document);
  return decided;
}

const NO_FILES: ReadonlySet<string> = new Set();

async function knownFor(
  now: PredictorNow | undefined,
  { action, id }: PredictorCommand,
  { journal, vault, kept }: PredictorDocumentsParts,
): Promise<Known> {
  const choosesModel = action === "activate" || action === "rollback";
  const files = choosesModel ? new Set((await kept.files(id)).map(({ version }) => version)) : NO_FILES;
  const earlierModel =
    now && action === "rollback" ? await findEarlierModel(journal, vault, id, now) : undefined;
  return { files, earlierModel };
}
