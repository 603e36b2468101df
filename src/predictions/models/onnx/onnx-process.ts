// A process that runs ONNX models (process/main.ts), as the server sees it: requests in, answers out, in the same order.
//
// A process rather than a thread of the server: a model is somebody's program, run by native code. In a thread a model that never
// ends could not be ended (the thread would stay, and the server could not even exit), one that fills the memory or
// makes the runtime abort would take the server along.

import { type ChildProcess, fork } from "node:child_process";
import { mkdtempSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { FrameReader, fillingOf, frameOf, NUMBERS, valueIn } from "./frames.ts";
import type { Answer, LastWords, ProcessOptions, Request } from "./messages.ts";
import { readAnswer } from "./run-frames.ts";

/** What else is in the environment, such as passwords, is none of a model's business. */
const ENVIRONMENT = ["PATH", "LD_LIBRARY_PATH", "SystemRoot", "TEMP", "TMP"];

export interface Ending {
  /** For people. */
  readonly reason: string;
  /** Whether it said so itself; else it may as well have been ended from outside. */
  readonly isExplained: boolean;
  /** Somebody ended it, such as the system when memory was short. */
  readonly isFromOutside: boolean;
}

export class OnnxProcess {
  /** Resolves with its first answer: whether it has the runtime. */
  readonly started: Promise<Answer>;
  /** Resolves once it is gone. */
  readonly ended: Promise<Ending>;
  readonly #child: ChildProcess;
  /** Where it runs: an empty folder of its own, since files of models are looked for below. */
  readonly #folder: string;
  readonly #awaited: ((answer: Answer) => void)[] = [];

  /** @throws Error where the system has no folder for it */
  constructor(options: ProcessOptions) {
    this.#folder = mkdtempSync(join(tmpdir(), "pollux-onnx-"));
    this.#child = fork(new URL("./process/main.ts", import.meta.url), [JSON.stringify(options)], {
      stdio: ["pipe", "pipe", "inherit", "ipc"],
      execArgv: [],
      cwd: this.#folder,
      env: Object.fromEntries(ENVIRONMENT.map((name) => [name, process.env[name]])),
    });
    this.started = this.#next();
    this.ended = this.#end();
    const reader = new FrameReader((kind, content) => this.#awaited.shift()?.(answerIn(kind, content)));
    this.#child.stdout?.on("data", (piece: Buffer) => this.#read(reader, piece));
    // Whoever waits is told by `ended`.
    this.#child.stdin?.on("error", () => undefined);
    this.#child.stdout?.on("error", () => undefined);
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** Says something that has an answer; never resolves where the process ends before. */
  ask(frame: Uint8Array, file: readonly Uint8Array[] = []): Promise<Answer> {
    const answer = this.#next();
    this.#child.stdin?.write(frame);
    for (const piece of file) this.#child.stdin?.write(piece);
    if (file.length > 0) this.#child.stdin?.write(fillingOf(lengthOf(file)));
    return answer;
  }

  /** Says something that has none. */
  tell(request: Request): void {
    this.#child.stdin?.write(frameOf(request));
  }

  /** Ends it at once, whatever it is doing. */
  kill(): void {
    this.#child.kill("SIGKILL");
  }

  #read(reader: FrameReader, piece: Buffer): void {
    try {
      reader.push(piece);
    } catch {
      // Native code has written something between.
      this.kill();
    }
  }

  #next(): Promise<Answer> {
    return new Promise((resolve) => this.#awaited.push(resolve));
  }

  #end(): Promise<Ending> {
    let ending: Ending | undefined;
    this.#child.on("message", ({ memoryBytes }: LastWords) => {
      const megabytes = Math.round(memoryBytes / 2 ** 20);
      ending = explained(`It took too much memory: ${megabytes} MB with all that is loaded beside it.`);
    });
    const { promise, resolve } = Promise.withResolvers<Ending>();
    this.#child.once("exit", (_, signal) => resolve(ending ?? crash(signal)));
    this.#child.once("error", ({ message }) =>
      resolve(explained(`No process could be started for it: ${message}`)),
    );
    return promise.finally(() => rm(this.#folder, { recursive: true, force: true }).catch(() => undefined));
  }
}

const explained = (reason: string): Ending => ({ reason, isExplained: true, isFromOutside: false });

/** Native code that fails ends by other signals than the one that is given from outside. */
function crash(signal: NodeJS.Signals | null): Ending {
  const isFromOutside = signal === "SIGKILL";
  const reason = isFromOutside ? "Its process was ended from outside." : "It made the runtime crash.";
  return { reason, isExplained: false, isFromOutside };
}

function answerIn(kind: number, content: Buffer): Answer {
  if (kind === NUMBERS) return { is: "outputs", tensors: [...readAnswer(content)] };
  return valueIn(content) as Answer;
}

/** Bytes of a file in pieces. */
export const lengthOf = (file: readonly Uint8Array[]): number =>
  file.reduce((sum, piece) => sum + piece.byteLength, 0);
