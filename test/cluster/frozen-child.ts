// A member in a process of its own, which can be stopped: tells on its standard output whether it serves, with the time by the
// clock that all processes of the machine share.

import { joinCluster } from "../../src/cluster/join.ts";

const [url = "", clusterName = "", leaseMs = "", ...ids] = process.argv.slice(2);
const cluster = await joinCluster({
  servers: [url],
  clusterName,
  nodeName: "child",
  leaseMs: Number(leaseMs),
  log: () => {},
});
process.stdout.write(`${JSON.stringify({ id: cluster.self.id })}\n`);
let last = "";
setInterval(() => {
  const startedAt = performance.now();
  const served = ids.filter((id) => cluster.mayServe(id)).length;
  if (performance.now() - startedAt > 100) return; // stopped while it counted
  const said = JSON.stringify({ served, epoch: cluster.epoch });
  if (said === last) return;
  last = said;
  process.stdout.write(
    `${JSON.stringify({ served, epoch: cluster.epoch, at: Number(process.hrtime.bigint() / 1000n) })}\n`,
  );
}, 1);
