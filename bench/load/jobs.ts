// How the parent process and its programs talk: one job message in, one result message out, over node's IPC channel.

type Answer = { readonly result: unknown } | { readonly error: string };

/** Serves the jobs of the parent one after another until it hangs up. */
export function serveJobs<Job, Result>(run: (job: Job) => Promise<Result>): void {
  const reply = (answer: Answer) => process.send?.(answer);
  process.on("message", (job) => {
    run(job as Job).then(
      (result) => reply({ result }),
      (error: unknown) =>
        reply({ error: error instanceof Error ? (error.stack ?? error.message) : String(error) }),
    );
  });
  process.on("disconnect", () => process.exit(0));
}
