// Predictors on a database, with what those who serve them are told.

import { createHash } from "node:crypto";
import { afterAll, beforeAll, beforeEach } from "vitest";
import { TwinError } from "../../../src/base/errors.ts";
import type { JsonObject, JsonValue } from "../../../src/base/json/json.ts";
import { openWith, sealWith } from "../../../src/connectivity/secrets/vault.ts";
import { type Storage as OpenStorage, openStorage } from "../../../src/journal/open.ts";
import {
  type Predictors,
  type PredictorsParts,
  startPredictors,
} from "../../../src/predictions/predictors.ts";
import type { Caller, TrainingQuery } from "../../../src/predictions/predictors-api.ts";
import { storedPredictions } from "../../../src/predictions/stored/stored-predictions.ts";
import type { DittoHeaders } from "../../../src/signals/signal.ts";
import { embedded, type Storage } from "../../journal/storages.ts";
import { jsonOf, operator } from "./predictors.ts";

/** A database for a suite, without history before each test. */
export interface Database {
  readonly opened: OpenStorage;
  restart(): Promise<void>;
  /** Forgets all that happened, but not what is kept beside it. */
  forgetHistory(): Promise<void>;
}

/** Opens a database for a suite, which ends with it. */
export function useDatabase(): Database {
  let storage: Storage;
  let opened: OpenStorage;
  const database: Database = {
    get opened() {
      return opened;
    },
    async restart() {
      await opened.journal.close();
      opened = await openStorage(storage.options);
    },
    async forgetHistory() {
      await opened.database.query("truncate journal, snapshot, kept_snapshot", []);
    },
  };
  beforeAll(async () => {
    storage = await embedded();
    opened = await openStorage(storage.options);
  });
  beforeEach(() => database.forgetHistory());
  afterAll(async () => {
    await opened.journal.close();
    await storage[Symbol.asyncDispose]();
  });
  return database;
}

const key = Buffer.alloc(32, 7);
export const sealing = { seal: sealWith(key), open: (secret: string) => openWith([key])(secret, "") };

/** What policies grant on `predictor:/`: by policy and subject, the letters of READ, WRITE and EXECUTE. */
export type Granted = Readonly<Record<string, Readonly<Record<string, string>>>>;

export interface World {
  readonly predictors: Predictors;
  /** What who serves was told. */
  readonly told: string[];
  readonly trained: (readonly [query: TrainingQuery, subjects: readonly string[]])[];
  put(fields?: JsonObject, caller?: Caller, headers?: DittoHeaders): ReturnType<Predictors["execute"]>;
  patch(value: JsonValue, caller?: Caller, id?: string): ReturnType<Predictors["execute"]>;
  command(
    action: "delete" | "rollback",
    caller?: Caller,
    headers?: DittoHeaders,
  ): ReturnType<Predictors["execute"]>;
  activate(version: string, caller?: Caller): ReturnType<Predictors["execute"]>;
  read(caller?: Caller, headers?: DittoHeaders): ReturnType<Predictors["retrieve"]>;
  upload(
    version: string,
    text?: string,
    caller?: Caller,
    checksum?: string,
  ): ReturnType<Predictors["putFile"]>;
}

export const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");

/** Somebody's predictors, and what their policy grants. */
export const granted: Granted = {
  "org.acme:models": {
    "acme:reader": "R",
    "acme:writer": "RW",
    "acme:trainer": "RE",
    "acme:blind": "W",
    "acme:all": "RWE",
  },
  "org.acme:other": { "acme:other": "RWE" },
};
export const owned: JsonObject = { policyId: "org.acme:models", authorizationContext: ["acme:writer"] };

/** Starts the predictors of a database. */
export async function start(
  { journal, database }: OpenStorage,
  granted: Granted = {},
  parts: Partial<PredictorsParts> = {},
): Promise<World> {
  const told: string[] = [];
  const trained: World["trained"] = [];
  const store = storedPredictions(database);
  const predictors = await startPredictors({
    journal,
    secrets: sealing,
    historicalHeaders: ["ditto-originator"],
    maxPredictors: 100,
    maxOfSubject: 100,
    httpHosts: ["models.example.org"],
    maxFileBytes: 1_000,
    maxFiles: 3,
    store,
    checks: { validate: async () => undefined, validateFile: async () => undefined },
    runtime: {
      async changed(predictor, id) {
        told.push(`${id} ${predictor ? `${predictor.status} ${predictor.model.version}` : "gone"}`);
        if (!predictor) await store.forget(id);
      },
      fileStored: (id, version) => void told.push(`${id} file ${version}`),
      status: () => ({ served: true }),
      resetBaseline: async (id, version) => void told.push(`${id} baseline ${version}`),
    },
    trainingTable: async (_predictor, query, auth) => {
      trained.push([query, auth.subjects]);
      return { columns: ["thingId"], rows: (async function* () {})() };
    },
    grants: async (policyId, subjects, permission) =>
      subjects.some((subject) => granted[policyId]?.[subject]?.includes(permission.slice(0, 1)) ?? false),
    log: { warn: (_fact, message) => told.push(message) },
    ...parts,
  });
  const asked = (caller: Caller, headers: DittoHeaders = {}, id = "watch") => ({ id, caller, headers });
  return {
    predictors,
    told,
    trained,
    put: (fields = {}, caller = operator, headers = {}) => {
      const { id, ...value } = jsonOf(fields);
      return predictors.execute({ ...asked(caller, headers, id as string), action: "put", value });
    },
    patch: (value, caller = operator, id = "watch") =>
      predictors.execute({ ...asked(caller, {}, id), action: "patch", value }),
    command: (action, caller = operator, headers = {}) =>
      predictors.execute({ ...asked(caller, headers), action }),
    activate: (version, caller = operator) =>
      predictors.execute({ ...asked(caller), action: "activate", version }),
    read: (caller = operator, headers = {}) => predictors.retrieve(asked(caller, headers)),
    upload: (version, text = "a model", caller = operator, checksum = undefined) =>
      predictors.putFile(asked(caller), version, chunksOf(text), checksum),
  };
}

async function* chunksOf(text: string): AsyncIterable<Uint8Array> {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += 4) yield bytes.subarray(at, at + 4);
}

/** The status and code of a refusal. */
export const refusalOf = async (work: Promise<unknown>): Promise<string> => {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof TwinError) return `${error.status} ${error.code}`;
  throw error ?? new Error("it was accepted");
};
