// A process that stands still does not know it: what it says when it goes on must not be what it owned before.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { sampleIds, testCluster } from "../support/cluster.ts";

const LEASE_MS = 1_000;

interface Said {
  readonly served: number;
  readonly epoch: number;
  /** Microseconds. */
  readonly at: number;
}

test("a member that was stopped for longer than its lease serves nothing when it goes on, and then its share again", async () => {
  await using cluster = await testCluster(1, { leaseMs: LEASE_MS });
  const [{ cluster: parent }] = cluster.members as [(typeof cluster.members)[0]];
  const file = fileURLToPath(new URL("./frozen-child.ts", import.meta.url));
  const args = [file, cluster.nats.uri, cluster.name, String(LEASE_MS), ...sampleIds];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
  try {
    const said: Said[] = [];
    createInterface(child.stdout).on("line", (line) => said.push(JSON.parse(line) as Said));
    const until = (holds: () => boolean) => expect.poll(holds, { timeout: 15_000, interval: 2 }).toBe(true);
    await until(() => (said.at(-1)?.served ?? 0) > 100 && parent.members.length === 2);
    const before = said.length;

    child.kill("SIGSTOP");
    await until(() => sampleIds.every((id) => parent.mayServe(id)));
    const takenAt = Number(process.hrtime.bigint() / 1000n);
    const taken = parent.epoch;
    child.kill("SIGCONT");
    await until(() => said.length > before && said.at(-1)!.served > 100);

    const after = said.slice(before).filter(({ at }) => at > takenAt);
    expect(after[0]!.served).toBe(0);
    for (const { served, epoch } of after) if (epoch <= taken) expect(served).toBe(0);
    await until(
      () => sampleIds.filter((id) => parent.mayServe(id)).length === sampleIds.length - said.at(-1)!.served,
    );
  } finally {
    child.kill("SIGKILL");
    await once(child, "exit");
  }
});
