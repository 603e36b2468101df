import { parseArgs } from "node:util";
import type { StorageKind } from "../test/campaigns/place.ts";
import { basic } from "./storage.ts";
import type { Target } from "./target.ts";

export const usage = `npm run bench -- [options]
  --only NAMES       workloads to run, between commas
  --storage KINDS    pglite, postgres, or both between commas (default: both)
  --seconds N        how long each side of each workload is loaded (default: 5)
  --rounds N         in how many turns (default: 5)
  --target URL       measure another server too; it must speak Ditto's API
  --user NAME:PASS   who to be there (default: ditto:ditto)
  --pre-authenticated SUBJECT   who to be there, told in the header x-ditto-pre-authenticated
  --report DIR       where report.html and report.json go, beside what is there of earlier runs (default: .tmp/bench)
  --things N         how many things cluster-cost and two-million-things make (default: 100000, 2000000)
  --write            write docs/benchmarks.md, and after cluster-cost docs/scaling.md

The long ones, only run if they are named: two-million-things`;

export interface Options {
  readonly only: readonly string[] | undefined;
  readonly storages: readonly StorageKind[];
  readonly seconds: number;
  readonly rounds: number;
  /** Another server to measure. */
  readonly other: Target | undefined;
  readonly write: boolean;
  /** Folder of the report. */
  readonly report: string;
  /** For the workloads that make many. */
  readonly things: number | undefined;
}

/** Reads the command line; what is wrong with it is an error with the usage. */
export function readOptions(): Options {
  const { values } = parseArgs({
    options: {
      only: { type: "string" },
      storage: { type: "string", default: "pglite,postgres" },
      seconds: { type: "string", default: "5" },
      rounds: { type: "string", default: "5" },
      target: { type: "string" },
      user: { type: "string", default: "ditto:ditto" },
      "pre-authenticated": { type: "string" },
      write: { type: "boolean", default: false },
      report: { type: "string", default: ".tmp/bench" },
      things: { type: "string" },
    },
  });
  return {
    only: values.only?.split(","),
    storages: values.storage
      .split(",")
      .filter((kind) => kind !== "" && kind !== "none")
      .map(storageKind),
    seconds: positive(values.seconds),
    rounds: positive(values.rounds),
    other: values.target === undefined ? undefined : otherOf(values.target, values),
    write: values.write,
    report: values.report,
    things: values.things === undefined ? undefined : positive(values.things),
  };
}

function otherOf(url: string, options: { user: string; "pre-authenticated"?: string | undefined }): Target {
  const subject = options["pre-authenticated"];
  if (subject === undefined)
    return { url, owner: { authorization: basic(options.user) }, stranger: undefined };
  const name = "x-ditto-pre-authenticated";
  return { url, owner: { [name]: subject }, stranger: { [name]: "nginx:stranger" } };
}

function storageKind(text: string): StorageKind {
  if (text === "pglite" || text === "postgres") return text;
  throw new Error(`--storage ${text}?\n${usage}`);
}

function positive(text: string): number {
  const number = Number(text);
  if (number > 0) return number;
  throw new Error(`${text} is no positive number\n${usage}`);
}
