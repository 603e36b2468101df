// Things whose readings lead to predictions while the server is killed, and what the journal must say of them afterwards.

import { setTimeout as sleep } from "node:timers/promises";
import type { JsonObject } from "../../../src/base/json/json.ts";
import { parseStored } from "../../../src/base/json/parse.ts";
import { getAt } from "../../../src/base/json/pointer.ts";
import type { JournalRow } from "../../../src/journal/journal.ts";
import { openStorage } from "../../../src/journal/open.ts";
import { openBuiltin } from "../../../src/predictions/models/builtin/builtin.ts";
import type { StreamingModel } from "../../../src/predictions/models/scoring.ts";
import type { Place } from "../../campaigns/place.ts";
import type { TestServer } from "../../support/server.ts";

const PASSWORD = "foobar";
const settings = { DEVOPS_PASSWORD: PASSWORD, LOG_LEVEL: "warn" };
const asOperator = `Basic ${Buffer.from(`devops:${PASSWORD}`).toString("base64")}`;

const NAMESPACE = "org.killed";
const INPUT = "/features/in/properties/x";
const OUTPUTS = ["score", "anomalous"] as const;

const predictor: JsonObject = {
  authorizationContext: ["nginx:ditto"],
  bind: { namespaces: [NAMESPACE] },
  inputs: [{ name: "x", path: INPUT.slice(1) }],
  model: { type: "builtin", name: "anomaly" },
  output: { feature: "out", properties: Object.fromEntries(OUTPUTS.map((name) => [name, name])) },
};

export interface KilledResult {
  readonly deaths: number;
  readonly acknowledged: number;
  readonly predictions: number;
  /** Sentences; none is what is promised. */
  readonly violations: readonly string[];
}

/** Kills a server so many times while things are told readings, and judges what the last one leaves. */
export async function killPredictions(place: Place, deaths: number, things: number): Promise<KilledResult> {
  const ids = Array.from({ length: things }, (_, i) => `${NAMESPACE}:t${i}`);
  const acknowledged = new Map<string, number>();
  const quiet: (readonly number[])[] = [];
  let server = await place.start(settings);
  const created = await put(server, "/api/2/predictors/killed", predictor, { authorization: asOperator });
  if (created.status !== 201) throw new Error(await created.text());
  await Promise.all(
    ids.map((id) => put(server, `/api/2/things/${id}`, { features: { in: { properties: {} } } })),
  );
  for (let death = 0; death < deaths; death++) {
    const writing = writeUntilDeath(server, ids, acknowledged);
    await sleep(300 + Math.random() * 1_200);
    await server.kill();
    await writing;
    server = await place.start(settings);
    quiet.push(await quietRevisions(server, ids));
  }
  await server.stop();
  return { deaths, ...(await judged(place, ids, acknowledged, quiet)) };
}

const put = (server: TestServer, path: string, body: unknown, headers = {}): Promise<Response> =>
  server.fetch(path, {
    method: "PUT",
    headers: { "content-type": "application/json", ...headers },
    body: JSON.stringify(body),
  });

let readings = 0;

/** Each thing is told reading after reading, all different, until the server is gone. */
async function writeUntilDeath(
  server: TestServer,
  ids: readonly string[],
  acknowledged: Map<string, number>,
): Promise<void> {
  await Promise.all(
    ids.map(async (id) => {
      for (;;) {
        const x = ++readings + Math.sin(readings) * 10;
        try {
          const { status } = await put(server, `/api/2/things/${id}${INPUT}`, x);
          if (status < 300) acknowledged.set(id, x);
        } catch {
          return;
        }
      }
    }),
  );
}

const QUIET_MS = 1_500;

/** The revisions of things once nothing has been written for a while. */
async function quietRevisions(server: TestServer, ids: readonly string[]): Promise<readonly number[]> {
  const end = performance.now() + 60_000;
  let known: readonly number[] = [];
  let since = performance.now();
  while (performance.now() - since < QUIET_MS && performance.now() < end) {
    const now = await Promise.all(ids.map((id) => revisionOf(server, id)));
    if (now.some((revision, i) => revision !== known[i])) since = performance.now();
    known = now;
    await sleep(100);
  }
  return known;
}

async function revisionOf(server: TestServer, id: string): Promise<number> {
  const answer = await server.fetch(`/api/2/things/${id}?fields=_revision`);
  return ((await answer.json()) as { readonly _revision: number })._revision;
}

async function judged(
  place: Place,
  ids: readonly string[],
  acknowledged: ReadonlyMap<string, number>,
  quiet: readonly (readonly number[])[],
): Promise<Omit<KilledResult, "deaths">> {
  const { journal } = await openStorage({ ...place.storage, observe: () => undefined } as never);
  const model = (await openBuiltin(
    { type: "builtin", version: "1", name: "anomaly", parameters: {} },
    ["x"],
    "killed",
  )) as StreamingModel;
  const violations: string[] = [];
  let predictions = 0;
  for (const [i, id] of ids.entries()) {
    const rows = await journal.readEvents("thing", id, 1, Number.MAX_SAFE_INTEGER, 1_000_000);
    const judgement = judge(id, rows, model, {
      acknowledged: acknowledged.get(id),
      quiet: new Set(quiet.map((revisions) => revisions[i] as number)),
    });
    predictions += judgement.predictions;
    violations.push(...judgement.violations);
  }
  await journal.close();
  return { acknowledged: readings, predictions, violations };
}

interface Expected {
  /** The newest reading of the thing that was acknowledged. */
  readonly acknowledged: number | undefined;
  /** Revisions at which all was to be predicted. */
  readonly quiet: ReadonlySet<number>;
}

/** Goes through all that was ever recorded of a thing, with a model that learns from each reading once. */
function judge(
  id: string,
  rows: readonly JournalRow[],
  model: StreamingModel,
  { acknowledged, quiet }: Expected,
): { readonly predictions: number; readonly violations: readonly string[] } {
  const violations: string[] = [];
  const state = model.fresh();
  const said = new Map<number, JsonObject>();
  const values = new Set<number>();
  let newest = 0;
  let newestPrediction = 0;
  let predictions = 0;
  for (const { path, value, metadata, revision, timestamp } of rows) {
    if (path === INPUT) {
      const x = Number(value);
      values.add(x);
      said.set(revision, model.step(state, [x], timestamp) as JsonObject);
      newest = revision;
    }
    if (path !== "/features/out") {
      if (quiet.has(revision)) violations.push(`${id}: the reading at ${revision} has no prediction`);
      continue;
    }
    predictions++;
    const note = getAt(parseStored(metadata as string), ["properties", "score", "prediction"]) as JsonObject;
    const inputRevision = note.inputRevision as number;
    if (inputRevision <= newestPrediction)
      violations.push(
        `${id}: at ${revision} the prediction of ${inputRevision} follows that of ${newestPrediction}`,
      );
    newestPrediction = inputRevision;
    const written = getAt(parseStored(value as string), ["properties"]) as JsonObject;
    for (const name of OUTPUTS)
      if (written[name] !== said.get(inputRevision)?.[name])
        violations.push(
          `${id}: of ${inputRevision} it says ${name} ${written[name]}, which is ${said.get(inputRevision)?.[name]}`,
        );
    if (quiet.has(revision) && inputRevision !== newest)
      violations.push(
        `${id}: at ${revision} the newest reading is of ${newest}, the prediction of ${inputRevision}`,
      );
  }
  if (newestPrediction !== newest)
    violations.push(
      `${id}: the newest reading is of ${newest}, the newest prediction of ${newestPrediction}`,
    );
  if (acknowledged !== undefined && !values.has(acknowledged)) violations.push(`${id}: a reading was lost`);
  return { predictions, violations };
}
