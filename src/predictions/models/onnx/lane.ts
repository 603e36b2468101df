// A process with a queue before it, and the models that are loaded there.
//
//   none ──a job──► starting ──► working ──hangs, crashes, or has nothing left to do──► none
//
// Only the job at the head is to blame for what happens to the process; the others are done again in the next one.

import pLimit from "p-limit";
import { ModelFault } from "../scoring.ts";
import type { Call } from "./call.ts";
import { frameOf } from "./frames.ts";
import { AGAIN, type Job } from "./job.ts";
import { Loaded } from "./loaded.ts";
import type { Answer, Graph, ProcessOptions, Request, Tensor } from "./messages.ts";
import { type Ending, lengthOf, OnnxProcess } from "./onnx-process.ts";
import { plainReason } from "./reasons.ts";
import type { Session } from "./session.ts";

/** Jobs that the process has at a time, so that the next one is there when it is done with one. */
const DEPTH = 4;
const START_MS = 30_000;
/** For loading a model that was loaded before. */
const OPEN_MS = 20_000;
/** After so long without a model it ends its process. */
const IDLE_MS = 10_000;

/** Outputs in the order of the plan. */
export type Ran = readonly Omit<Tensor, "name">[];

export interface LaneOptions extends ProcessOptions {
  /** Models that are loaded at a time. */
  readonly maxSessions: number;
  /** For loading a model; 20 s where it is not said. */
  readonly openMs?: number;
}

/** What is no fault of the model, and need not happen again. */
export class Passing extends ModelFault {
  constructor(detail: string) {
    super("unavailable", detail);
  }
}

/** The runtime is not there, or does not work on this computer. */
export class RuntimeUnusable extends Error {
  override readonly name = "RuntimeUnusable";
}

/** A file that the runtime refuses. */
export class FileRefused extends Error {
  override readonly name = "FileRefused";
}

export class Lane {
  readonly #options: LaneOptions;
  #process: OnnxProcess | undefined;
  #isReady = false;
  #isClosed = false;
  readonly #queue: Job[] = [];
  readonly #sent: Job[] = [];
  readonly #loaded: Loaded;
  readonly #loading = new Map<Session, Promise<Graph>>();
  /** Files in the server's memory. */
  readonly #oneAtATime = pLimit(1);
  #watch: NodeJS.Timeout | undefined;

  constructor(options: LaneOptions) {
    this.#options = options;
    this.#loaded = new Loaded(options.maxSessions, options.memoryBytes / 2);
  }

  /** Of the process there is now. */
  get pid(): number | undefined {
    return this.#process?.pid;
  }

  /**
   * Loads a model, and tells its graph.
   * @throws FileRefused, RuntimeUnusable, ModelFault (Passing, where it is not the model's), and what reading the file rejects with
   */
  load(session: Session): Promise<Graph> {
    const known = this.#loading.get(session);
    if (known !== undefined) return known;
    const loading = this.#oneAtATime(() => this.#open(session)).finally(() => this.#loading.delete(session));
    this.#loading.set(session, loading);
    return loading;
  }

  /** Runs a model, which it loads where that is needed. Rejects as `load` does, and with ModelFault. */
  async run(session: Session, frame: Uint8Array, limitMs: number, call: Call): Promise<Ran> {
    while (!call.isOver && !session.isClosed) {
      if (!this.#loaded.has(session)) await this.load(session);
      const answer = await this.#ask({ session, kind: "run", frame, limitMs, call });
      if (answer === AGAIN) continue;
      if (answer.is === "outputs") return answer.tensors;
      throw new ModelFault("refused", reasonIn(answer));
    }
    throw new ModelFault("unavailable", "The model is closed.");
  }

  /** Resolves once nothing of the model is left here. */
  async unload(session: Session): Promise<void> {
    await this.#loading.get(session)?.catch(() => undefined);
    if (this.#loaded.delete(session)) await this.#forget(session).catch(() => undefined);
  }

  /** Ends the process; who waits is told that the models are unavailable. */
  async close(): Promise<void> {
    this.#isClosed = true;
    const ended = this.#process?.ended;
    this.#drop();
    for (const job of this.#queue.splice(0)) job.done.reject(closed());
    await ended;
  }

  async #open(session: Session): Promise<Graph> {
    const file: Uint8Array[] = [];
    for await (const piece of session.read()) file.push(piece);
    const bytes = lengthOf(file);
    const limitMs = this.#options.openMs ?? OPEN_MS;
    const frame = frameOf({ do: "open", session: session.id, bytes } satisfies Request);
    for (;;) {
      for (const other of this.#loaded.makeRoom(bytes)) this.#forget(other).catch(() => undefined);
      const answer = await this.#ask({ session, kind: "open", frame, file, limitMs });
      if (answer === AGAIN) continue;
      if (answer.is !== "open") throw new FileRefused(reasonIn(answer));
      return answer.graph;
    }
  }

  #forget(session: Session): Promise<unknown> {
    const frame = frameOf({ do: "close", session: session.id } satisfies Request);
    return this.#ask({ session, kind: "close", frame, limitMs: OPEN_MS });
  }

  async #ask(what: Omit<Job, "done">): Promise<Answer | typeof AGAIN> {
    if (this.#isClosed) throw closed();
    const job: Job = { ...what, done: Promise.withResolvers() };
    this.#queue.push(job);
    this.#pump();
    return await job.done.promise;
  }

  #pump(): void {
    if (!this.#isReady) {
      if (this.#queue.length > 0 && !this.#process && !this.#isClosed) this.#start();
      return;
    }
    while (this.#sent.length < DEPTH) {
      const job = this.#queue.shift();
      if (!job) break;
      if (this.#isDue(job)) this.#send(job);
      else job.done.resolve(AGAIN);
    }
    if (this.#sent.length === 0) this.#watchIdle();
  }

  #isDue({ kind, session, call }: Job): boolean {
    if (call?.isOver) return false;
    return kind !== "run" || this.#loaded.touch(session);
  }

  #send(job: Job): void {
    const process = this.#process as OnnxProcess;
    this.#sent.push(job);
    if (this.#sent.length === 1) this.#watchHead();
    const { session, kind } = job;
    if (kind === "run" && session.plan && this.#loaded.needsPlan(session)) {
      process.tell({ do: "plan", session: session.id, plan: session.plan });
    }
    process.ask(job.frame, job.file).then(
      (answer) => {
        // Of a process that was given up in the meantime.
        if (process === this.#process) this.#answered(job, answer);
      },
      () => undefined,
    );
  }

  #answered(job: Job, answer: Answer): void {
    this.#sent.shift();
    if (answer.is === "open" && job.file) this.#loaded.add(job.session, lengthOf(job.file));
    job.done.resolve(answer);
    if (this.#sent.length > 0) this.#watchHead();
    this.#pump();
  }

  #start(): void {
    const process = this.#newProcess();
    if (!process) return;
    this.#process = process;
    this.#wind(START_MS, () => this.#refuseAll(new Passing("Its process did not start in time.")));
    process.ended.then(
      (ending) => {
        if (process === this.#process) this.#endedBy(ending);
      },
      () => undefined,
    );
    process.started.then(
      (answer) => {
        if (process === this.#process) this.#started(answer);
      },
      () => undefined,
    );
  }

  #newProcess(): OnnxProcess | undefined {
    try {
      return new OnnxProcess(this.#options);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      this.#refuseAll(new Passing(`No process could be started for it: ${reason}`));
      return undefined;
    }
  }

  #started(answer: Answer): void {
    clearTimeout(this.#watch);
    this.#isReady = answer.is === "ready";
    if (this.#isReady) this.#pump();
    else this.#refuseAll(new RuntimeUnusable(reasonIn(answer)));
  }

  #endedBy({ reason, isExplained, isFromOutside }: Ending): void {
    const call = this.#sent[0]?.call;
    const fault = isFromOutside ? new Passing(reason) : new ModelFault("unavailable", reason);
    if (!this.#isReady) this.#refuseAll(new Passing(reason));
    else if (isExplained || !call || call.hasCrashed) this.#drop(fault);
    else {
      // Once it may have been the system, or a person, who ended the process.
      call.hasCrashed = true;
      this.#drop();
    }
  }

  /** There is no process for whoever waits. */
  #refuseAll(error: Error): void {
    const waiting = this.#queue.splice(0);
    this.#drop();
    for (const job of waiting) job.done.reject(error);
  }

  /** The clock of the job that has the process for itself by now. */
  #watchHead(): void {
    const head = this.#sent[0] as Job;
    head.call?.begin();
    this.#wind(head.limitMs, () => {
      this.#drop(new ModelFault("timeout", `The model did not answer within ${head.limitMs} ms.`));
    });
  }

  #watchIdle(): void {
    if (this.#loaded.size > 0) clearTimeout(this.#watch);
    else this.#wind(IDLE_MS, () => this.#drop());
  }

  #wind(ms: number, expired: () => void): void {
    clearTimeout(this.#watch);
    this.#watch = setTimeout(expired, ms);
  }

  /** Gives the process up. With a fault, that is what the job at its head has done. */
  #drop(fault?: ModelFault): void {
    clearTimeout(this.#watch);
    this.#process?.kill();
    this.#process = undefined;
    this.#isReady = false;
    this.#loaded.clear();
    const head = fault && this.#sent.shift();
    if (head) {
      head.session.blame();
      head.done.reject(fault);
    }
    for (const job of this.#sent.splice(0)) {
      if (this.#isClosed) job.done.reject(closed());
      else job.done.resolve(AGAIN);
    }
    this.#pump();
  }
}

const closed = () => new Passing("The server has closed its ONNX models.");
const reasonIn = (answer: Answer) =>
  plainReason(answer.is === "error" ? answer.detail : "It answered out of turn.");
