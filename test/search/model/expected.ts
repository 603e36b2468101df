// What the model says of a round.

import { type JsonObject, putKey } from "../../../src/base/json/json.ts";
import type { Criterion } from "../../../src/rql/criterion.ts";
import { type Rule, rulesOf } from "./access.ts";
import { finds } from "./finds.ts";
import type { Question, Round } from "./rounds.ts";
import { namespaceOf } from "./rows.ts";
import { compareForSort } from "./sort.ts";
import { storableJson } from "./values.ts";
import { now } from "./vocabulary.ts";

interface Known {
  readonly id: string;
  readonly namespace: string;
  readonly document: JsonObject;
  readonly rules: readonly Rule[];
}

/** A thing as the model looks at it: with what the index has in columns, and texts as the index holds them. */
function documentOf(thing: JsonObject): JsonObject {
  const document = { ...(storableJson(thing) as JsonObject) };
  putKey(document, "namespace", namespaceOf(thing));
  return document;
}

export class Expected {
  readonly #known: readonly Known[];

  constructor({ things, policies }: Round) {
    const rules = new Map([...policies].map(([id, entries]) => [id, rulesOf(entries)]));
    this.#known = things.map((thing) => ({
      id: thing.thingId as string,
      namespace: namespaceOf(thing),
      document: documentOf(thing),
      rules: rules.get(thing.policyId as string) as readonly Rule[],
    }));
  }

  /** The ids of what is found, in order. */
  found(question: Question): readonly string[] {
    const { criterion, sort, subjects } = question;
    return this.#found(question, criterion)
      .sort((a, b) => compareForSort(a, b, sort, subjects))
      .map(({ id }) => id);
  }

  /** Whether a filter finds something, but not all that its caller may see. */
  isTelling(question: Question): boolean {
    const found = this.#found(question, question.criterion).length;
    return found > 0 && found < this.#found(question, undefined).length;
  }

  /** A thing as far as a filter looks at it, and what is said of who may read it. */
  tellOf(id: string, criterion: Criterion): string {
    const { document, rules } = this.#known.find((known) => known.id === id) as Known;
    const top = "property" in criterion ? criterion.property.split("/")[0] : undefined;
    const shown = Object.entries(document).filter(
      ([key]) => key === "thingId" || top === undefined || key === top,
    );
    return `${JSON.stringify(Object.fromEntries(shown))} with ${JSON.stringify(rules)}`;
  }

  #found({ namespaces, subjects }: Question, criterion: Criterion | undefined): Known[] {
    return this.#known.filter(
      ({ namespace, document, rules }) =>
        namespaces?.includes(namespace) !== false && finds(criterion, document, rules, subjects, now),
    );
  }
}
