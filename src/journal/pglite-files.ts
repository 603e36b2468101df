// The embedded database's files. PGlite reaches the disk through Emscripten's NODEFS, which answers every fsync
// with "done" and does nothing; here it does it.

import { closeSync, fdatasyncSync, fsyncSync, openSync } from "node:fs";
import { basename } from "node:path";
import { NodeFS } from "@electric-sql/pglite/nodefs";

/** Name of a write-ahead log segment. */
const SEGMENT = /^[0-9A-F]{24}$/;

type Init = NodeFS["init"];
type Module = Parameters<NonNullable<Awaited<ReturnType<Init>>["emscriptenOpts"]["preRun"]>[number]>[0];

/** What is used of Emscripten's NODEFS; its types leave these out. */
interface NodeFsMount {
  realPath(node: unknown): string;
  readonly stream_ops: {
    open(stream: Stream): void;
    fsync?(stream: Stream): number;
  };
}
interface Stream {
  readonly node: unknown;
  /** The file descriptor; a folder has none. */
  readonly nfd?: number;
}

export interface FileEvents {
  /** A segment (16 MB) of the write-ahead log was opened; names ascend. */
  segment(name: string): void;
  /** The disk refused to sync: what it holds is unknown, only a new process reading it again may go on. */
  syncFailed(error: unknown): void;
  /** The database gave itself up (PANIC), for instance because its log could not be written. */
  aborted(): void;
}

/** NODEFS whose fsync reaches the disk, for files and for folders. */
export class SyncedFiles extends NodeFS {
  readonly #events: FileEvents;

  constructor(folder: string, events: FileEvents) {
    super(folder);
    this.#events = events;
  }

  override async init(...[pglite, options]: Parameters<Init>): ReturnType<Init> {
    const { emscriptenOpts } = await super.init(pglite, options);
    const preRun = [...(emscriptenOpts.preRun ?? []), (module: Module) => this.#patch(module)];
    return { emscriptenOpts: { ...emscriptenOpts, preRun, onAbort: () => this.#events.aborted() } };
  }

  #patch(module: Module): void {
    const { NODEFS } = module as unknown as { NODEFS: NodeFsMount };
    const operations = NODEFS.stream_ops;
    const open = operations.open;
    operations.open = (stream) => {
      open(stream);
      const name = basename(NODEFS.realPath(stream.node));
      if (SEGMENT.test(name)) this.#events.segment(name);
    };
    operations.fsync = (stream) => {
      try {
        if (stream.nfd === undefined) syncFolder(NODEFS.realPath(stream.node));
        else fdatasyncSync(stream.nfd);
      } catch (error) {
        this.#events.syncFailed(error);
      }
      return 0;
    };
  }
}

/** Makes the entries of a folder durable: files made, renamed or removed in it. */
export function syncFolder(folder: string): void {
  const descriptor = openSync(folder, "r");
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
