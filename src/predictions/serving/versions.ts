// The versions of a predictor's models, opened once for it: the one that is written, its canary, and those that only run along.

import { createHash } from "node:crypto";
import { TwinError } from "../../base/errors.ts";
import type { JsonObject } from "../../base/json/json.ts";
import type { ModelSpec, Predictor } from "../model.ts";
import { stateKeyOf } from "../models/builtin/state-key.ts";
import { type Model, ModelFault, type OpenModel, type Outputs } from "../models/scoring.ts";
import { type Batches, batches } from "./batches.ts";
import { isCanary } from "./canary.ts";
import type { Due, Learner } from "./thing-state.ts";

/** A version with its model, as soon as that is open. */
export interface Version {
  readonly spec: ModelSpec;
  readonly role: "active" | "canary" | "shadow";
  /** Names it among those of its predictor. */
  readonly key: string;
  /** Names what its model learns, where it does. */
  readonly stateKey: string;
  /** Whether trying again to open its model may help. */
  isLost: boolean;
  /** Why its model is not open. */
  trouble: string | undefined;
  model: Model | undefined;
  batches: Batches | undefined;
}

/** So long a model may take beyond the timeouts that it keeps by itself, for what it does between its attempts. */
const GRACE_MS = 2_000;
/** Full batches of a model that are under way at once. */
const PARALLEL = 4;
/** Batches of rows that may wait. */
const MAX_WAITING_BATCHES = 8;
/** Rows that may wait at least: those of all things that are predicted at once, and as many of shadows. */
const LEAST_WAITING = 1_024;
/** A model that could not be opened, as where the database did not answer, is tried again after so long. */
const REOPEN_MS = 10_000;

export class Versions {
  readonly #predictor: Predictor;
  readonly #columns: readonly string[];
  readonly #open: OpenModel<ModelSpec>;
  readonly #onTrouble: (version: Version, error: unknown) => void;
  readonly #stop = new AbortController();
  readonly #active: Version;
  readonly #canary: Version | undefined;
  readonly shadows: readonly Version[];
  #reopening: NodeJS.Timeout | undefined;

  constructor(
    predictor: Predictor,
    columns: readonly string[],
    open: OpenModel<ModelSpec>,
    onTrouble: (version: Version, error: unknown) => void,
  ) {
    this.#predictor = predictor;
    this.#columns = columns;
    this.#open = open;
    this.#onTrouble = onTrouble;
    this.#active = versionOf(predictor.model, "active");
    this.#canary = predictor.canary && versionOf(predictor.canary.model, "canary");
    this.shadows = predictor.shadows.map((spec) => versionOf(spec, "shadow"));
  }

  get all(): readonly Version[] {
    return [this.#active, ...(this.#canary ? [this.#canary] : []), ...this.shadows];
  }

  /** The version whose predictions are written to a thing. */
  writtenTo(thingId: string): Version {
    const { canary } = this.#predictor;
    return canary && this.#canary && isCanary(thingId, canary.share) ? this.#canary : this.#active;
  }

  /** The streaming models that learn from a thing. */
  learnersOf(thingId: string): readonly Learner[] {
    return [this.writtenTo(thingId), ...this.shadows].flatMap(({ key, stateKey, model }) =>
      model?.kind === "streaming" ? [{ key, stateKey, model }] : [],
    );
  }

  /** Opens what is not open. Never rejects: a model that cannot be opened now is troubled, and tried again later. */
  async open(): Promise<void> {
    clearTimeout(this.#reopening);
    const closedOnes = this.all.filter(({ model, isLost }) => !model && !isLost);
    await Promise.all(closedOnes.map((version) => this.#openOne(version)));
    if (this.#stop.signal.aborted || this.all.every(({ model, isLost }) => model || isLost)) return;
    this.#reopening = setTimeout(() => void this.open(), REOPEN_MS).unref();
  }

  /** A file is another one by now: what was opened of it is opened again. */
  async reopen(name: string): Promise<void> {
    const stale = this.all.filter(({ spec }) => spec.type === "onnx" && spec.version === name);
    const models = stale.map(({ model }) => model);
    for (const version of stale)
      Object.assign(version, { model: undefined, batches: undefined, isLost: false });
    await this.open();
    await Promise.all(models.map(closed));
  }

  /** What a version says of a vector. Rejects with {@link ModelFault}. */
  async score(version: Version, { vector, said }: Due): Promise<Outputs> {
    if (version.batches) return version.batches.predict(vector.values);
    const outputs = said.get(version.key);
    if (outputs) return outputs;
    throw new ModelFault("unavailable", version.trouble ?? "The model is not open.");
  }

  /** What is against predictions of a version now, as far as it is known. */
  troubleOf(name: string): string | undefined {
    const version = this.all.find(({ spec }) => spec.version === name);
    if (!version?.model) return version?.trouble;
    return version.model.kind === "batch" ? version.model.trouble?.() : undefined;
  }

  /** Rejects what waits, aborts what is under way, and resolves once nothing of the models is left. */
  async close(): Promise<void> {
    clearTimeout(this.#reopening);
    this.#stop.abort();
    const models = this.all.map(({ model }) => model);
    for (const version of this.all) version.model = undefined;
    await Promise.all(models.map(closed));
  }

  async #openOne(version: Version): Promise<void> {
    try {
      const model = await this.#open(version.spec, this.#columns, this.#predictor.id);
      if (this.#stop.signal.aborted || version.model) return await closed(model);
      version.model = model;
      version.trouble = undefined;
      if (model.kind === "batch")
        version.batches = batches(
          model,
          {
            limitMs: limitOf(version.spec),
            parallel: PARALLEL,
            capacity: Math.max(MAX_WAITING_BATCHES * model.maxBatch, LEAST_WAITING),
          },
          this.#stop.signal,
        );
    } catch (error) {
      const trouble = error instanceof TwinError ? textOf(error) : "The model could not be opened.";
      const isKnown = version.trouble === trouble;
      version.trouble = trouble;
      version.isLost = error instanceof TwinError && error.status < 500;
      if (!isKnown) this.#onTrouble(version, error);
    }
  }
}

const textOf = ({ text: { message, description } }: TwinError): string =>
  description === undefined ? message : `${message} ${description}`;

const closed = async (model: Model | undefined): Promise<void> => {
  if (model?.kind === "batch") await model.close();
};

const versionOf = (spec: ModelSpec, role: Version["role"]): Version => ({
  spec,
  role,
  key: fingerprintOf(spec),
  stateKey: spec.type === "builtin" ? stateKeyOf(spec) : "",
  isLost: false,
  trouble: undefined,
  model: undefined,
  batches: undefined,
});

/** The prediction as a version is to make it: one that learns, as of its newest step. */
export const dueFor = ({ model }: Version, due: Due): Due =>
  model?.kind === "streaming" ? (due.atStep ?? due) : due;

/** Equal for what is equal as JSON, with its keys in the same order. */
export const fingerprintOf = (value: object | JsonObject): string =>
  createHash("sha1").update(JSON.stringify(value)).digest("base64url");

/** After so long a call of a model is given up, whatever it does. */
function limitOf(spec: ModelSpec): number {
  if (spec.type === "http") return spec.timeoutMs * (spec.retries + 1) + GRACE_MS * (spec.retries + 1);
  return spec.type === "onnx" ? spec.timeoutMs : GRACE_MS;
}
