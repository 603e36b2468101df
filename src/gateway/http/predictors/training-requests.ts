// `GET /api/2/predictors/{id}/training-data`: a table that is made, and sent, row by row.

import { namespaceOf } from "../../../base/ids.ts";
import { type JsonValue, putKey } from "../../../base/json/json.ts";
import { readPath } from "../../../base/json/pointer.ts";
import type { NamespaceAccess } from "../../../conversation/namespace-access.ts";
import type { TrainingQuery, TrainingTable } from "../../../predictions/predictors-api.ts";
import { whenGone } from "../../gone.ts";
import { csvLines } from "../csv.ts";
import { checkSpan, formatOf, limitOf, parameterInvalid, spanOf, textOf, timeOf } from "../query-values.ts";
import { ending, inChunks, streamedAnswer } from "../streamed-answer.ts";
import type { Target } from "../uri.ts";
import { toldOf } from "./answers.ts";
import { askedOf, type Request } from "./asked.ts";
import type { Routes } from "./routes.ts";
import { trainingSlots } from "./training-slots.ts";

const ROWS = 1_000_000;
const MOST_ROWS = 100_000_000;
/** Characters that are sent at once. */
const CHUNK = 65_536;

const formats = { csv: "text/csv", jsonl: "application/x-ndjson" } as const;
type Format = keyof typeof formats;

type Row = readonly JsonValue[];

/** Makes the routes. */
export function trainingData(): (id: string) => Routes {
  const begin = trainingSlots();
  return (id) => ({
    GET: async (request, { predictors, onFault }) => {
      const { target, incoming } = request;
      const format = formatOf(target, incoming.headers.accept, formats);
      const query = queryOf(request);
      const end = begin(request.caller);
      const gone = new AbortController();
      const stay = whenGone(incoming.socket, () => gone.abort());
      const over = () => {
        stay();
        end();
      };
      try {
        const table = await predictors.trainingData(askedOf(request, id), { ...query, signal: gone.signal });
        const rows = reachable(table.rows, request.reach);
        const chunks = inChunks(printers[format](table.columns, rows), CHUNK);
        const told = (error: unknown) => onFault(error, String(request.headers["correlation-id"]));
        return streamedAnswer({ ...toldOf(request), ...about(id, format) }, ending(chunks, over), told);
      } catch (error) {
        over();
        throw error;
      }
    },
  });
}

const about = (id: string, format: Format) => ({
  "content-type": `${formats[format]}; charset=utf-8`,
  "content-disposition": `attachment; filename="${id.replaceAll(":", "_")}.${format}"`,
});

function queryOf({ target, reach }: Request): TrainingQuery {
  const [from = 0, to = Date.now()] = [timeOf(target, "from"), timeOf(target, "to")];
  checkSpan(from, to);
  const thingId = textOf(target, "thingId");
  if (thingId !== undefined) reach?.check("thing", namespaceOf(thingId));
  const label = labelOf(target);
  const labelWithinMs = spanOf(target, "labelWithin");
  return {
    ...{ from, to, limit: limitOf(target, "limit", ROWS, MOST_ROWS) },
    ...(thingId !== undefined && { thingId }),
    ...(label && { label }),
    ...(labelWithinMs !== undefined && { labelWithinMs }),
  };
}

function labelOf(target: Target) {
  const text = textOf(target, "label");
  if (text === undefined) return undefined;
  const path = readPath(text);
  if (path.length === 0 || path.includes(""))
    throw parameterInvalid("label", text, "a path in the thing, as features/machine/properties/failed");
  return path;
}

/** The rows of things that the caller may reach: what he is shown of the table starts with the ID of a thing. */
async function* reachable(rows: AsyncIterable<Row>, reach: NamespaceAccess | undefined): AsyncGenerator<Row> {
  for await (const row of rows)
    if (!reach || reach.mayAccess("thing", namespaceOf(String(row[0])))) yield row;
}

type Print = (columns: TrainingTable["columns"], rows: AsyncIterable<Row>) => AsyncGenerator<string>;

const printers: Readonly<Record<Format, Print>> = {
  async *csv(columns, rows) {
    yield csvLines([columns]);
    for await (const row of rows) yield csvLines([row]);
  },
  async *jsonl(columns, rows) {
    for await (const row of rows) {
      const object: { [name: string]: JsonValue } = {};
      columns.forEach((name, i) => {
        putKey(object, name, row[i] ?? null);
      });
      yield `${JSON.stringify(object)}\n`;
    }
  },
};
