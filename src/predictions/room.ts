// How many predictors there may be: altogether, and for one subject, so that nobody takes up all the room there is.

import type { DocumentStore } from "../dispatch/documents/document-store.ts";
import { tooManyOfSubject, tooManyPredictors } from "./errors.ts";
import type { Predictor } from "./model.ts";
import type { PredictorCommand } from "./predictors-api.ts";

export interface RoomParts {
  readonly maxPredictors: number;
  /** Of those that act for one subject; operators may make more. */
  readonly maxOfSubject: number;
}

type Documents = Pick<DocumentStore<Predictor, never, never>, "all" | "get" | "now" | "size">;

/** The room for predictors, in which those count, too, that are about to be. */
export class Room {
  readonly #parts: RoomParts;
  readonly #documents: () => Documents;
  readonly #coming = new Map<PredictorCommand, Predictor>();

  constructor(parts: RoomParts, documents: () => Documents) {
    this.#parts = parts;
    this.#documents = documents;
  }

  /** Keeps room for what a command makes until it is left; refuses one too many. */
  take(command: PredictorCommand, after: Predictor): void {
    this.#checkAll(after.id);
    if (!command.caller.isOperator) this.#checkSubjects(after);
    this.#coming.set(command, after);
  }

  leave(command: PredictorCommand): void {
    this.#coming.delete(command);
  }

  #checkAll(id: string): void {
    const documents = this.#documents();
    if (documents.now(id)) return;
    const { maxPredictors } = this.#parts;
    const unborn = [...this.#coming.values()].filter((coming) => !documents.now(coming.id));
    if (documents.size + unborn.length >= maxPredictors) throw tooManyPredictors(maxPredictors);
  }

  /** Only subjects count that the predictor did not act for before. */
  #checkSubjects({ id, authorizationContext }: Predictor): void {
    const { maxOfSubject } = this.#parts;
    const before = this.#documents().get(id)?.document.authorizationContext ?? [];
    const gained = new Map(
      authorizationContext
        .filter((subject) => !before.includes(subject))
        .map((subject) => [subject, new Set<string>()]),
    );
    if (gained.size === 0) return;
    for (const other of this.#others(id))
      for (const subject of other.authorizationContext) gained.get(subject)?.add(other.id);
    for (const [subject, { size }] of gained)
      if (size >= maxOfSubject) throw tooManyOfSubject(subject, maxOfSubject);
  }

  *#others(id: string): Generator<Predictor> {
    for (const { document } of this.#documents().all()) if (document.id !== id) yield document;
    for (const coming of this.#coming.values()) if (coming.id !== id) yield coming;
  }
}
