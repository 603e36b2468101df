import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";

/** A program of the bench in a process of its own, so that it shares no event loop with what it is compared with. */
export class Program<Job, Result> implements AsyncDisposable {
  readonly #child: ChildProcess;

  /** @param file relative to bench/, such as `load/http.ts` */
  constructor(file: string) {
    this.#child = fork(new URL(file, import.meta.url), { stdio: ["ignore", "inherit", "inherit", "ipc"] });
  }

  /** Runs one job; jobs are not overlapped. */
  async run(job: Job): Promise<Result> {
    this.#child.send(job as object);
    const exited = once(this.#child, "exit").then(() => {
      throw new Error("a program of the bench ended before it answered");
    });
    exited.catch(() => {});
    const [answer] = (await Promise.race([once(this.#child, "message"), exited])) as [
      { result: Result } | { error: string },
    ];
    if ("error" in answer) throw new Error(answer.error);
    return answer.result;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode !== null) return;
    const exited = once(this.#child, "exit");
    this.#child.disconnect();
    await exited;
  }
}
