// Where an export goes to and comes from: a file, packed where its name ends in `.gz`, or the standard streams, named `-`.

import { once } from "node:events";
import {
  closeSync,
  createReadStream,
  createWriteStream,
  existsSync,
  fsyncSync,
  openSync,
  renameSync,
  rmSync,
} from "node:fs";
import { dirname, resolve } from "node:path";
import type { Readable, Writable } from "node:stream";
import { finished, pipeline } from "node:stream/promises";
import { createGunzip, createGzip } from "node:zlib";
import { Damaged } from "./damaged.ts";

const STANDARD = "-";
const isPacked = (file: string): boolean => file.endsWith(".gz");

/** Where lines are written to. */
export interface Target {
  write(text: string): Promise<void>;
  /** Resolves once all of it is there, and only then is the file of that name. */
  finish(): Promise<void>;
}

/** @throws Error where there is a file of that name. What an earlier attempt left beside it is written anew. */
export function openTarget(file: string): Target {
  if (file === STANDARD) return standardTarget();
  if (existsSync(file)) throw new Error(`${resolve(file)} exists; an export replaces no file.`);
  const part = `${file}.part`;
  // It holds all that the storage does, so it is for its owner only; one that is there keeps its rights.
  rmSync(part, { force: true });
  const place = createWriteStream(part, { flags: "wx", mode: 0o600, flush: true });
  const packing = isPacked(file) ? createGzip() : undefined;
  const done = packing ? pipeline(packing, place) : finished(place);
  done.catch(() => undefined); // told by the next write, or at the end
  const first = packing ?? place;
  return {
    write: (text) => written(first, text),
    finish: async () => {
      first.end();
      await done;
      renameSync(part, file);
      syncFolder(dirname(resolve(file)));
    },
  };
}

function standardTarget(): Target {
  process.stdout.on("error", () => undefined); // told by the next write
  return { write: (text) => written(process.stdout, text), finish: async () => undefined };
}

async function written(stream: Writable, text: string): Promise<void> {
  if (stream.errored) throw stream.errored;
  if (!stream.write(text)) await once(stream, "drain");
}

function syncFolder(folder: string): void {
  const descriptor = openSync(folder, "r");
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/** The bytes of an export. Iterating throws {@link Damaged} where they cannot be unpacked. */
export async function* openSource(
  file: string,
  standard: Readable = process.stdin,
): AsyncGenerator<Uint8Array> {
  const source = file === STANDARD ? standard : createReadStream(file);
  if (!isPacked(file)) {
    yield* source;
    return;
  }
  const unpacked = createGunzip();
  const piped = pipeline(source, unpacked);
  piped.catch(() => undefined); // the reader meets the same error
  try {
    yield* unpacked;
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "";
    if (code.startsWith("Z_"))
      throw new Damaged(`The file is not whole, or damaged: ${(error as Error).message}.`);
    throw error;
  }
}
