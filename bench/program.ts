import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";

/** A program of the bench in a process of its own, so that it shares no event loop with what it is compared with. */
export class Program<Job, Result> implements AsyncDisposable {
  readonly #child: ChildProcess;
  #waiting: PromiseWithResolvers<Result> | undefined;

  /** @param file relative to bench/, such as `load/http.ts` */
  constructor(file: string) {
    this.#child = fork(new URL(file, import.meta.url), { stdio: ["ignore", "inherit", "inherit", "ipc"] });
    this.#child.on("message", (answer: { result: Result } | { error: string }) => {
      if ("error" in answer) this.#waiting?.reject(new Error(answer.error));
      else this.#waiting?.resolve(answer.result);
    });
    this.#child.on("exit", () => this.#waiting?.reject(new Error(`${file} ended before it answered`)));
  }

  get pid(): number {
    return this.#child.pid as number;
  }

  /** Runs one job; jobs are not overlapped. */
  run(job: Job): Promise<Result> {
    this.#waiting = Promise.withResolvers<Result>();
    this.#child.send(job as object);
    return this.#waiting.promise;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const exited = once(this.#child, "exit");
    this.#child.disconnect();
    await exited;
  }
}
