import type { Place } from "../../test/campaigns/place.ts";
import type { BulkJob } from "../load/bulk.ts";
import { Program } from "../program.ts";
import { residentMb, settledMb } from "../resident.ts";
import type { BenchRow } from "../row.ts";
import { startOurs, targetOf } from "../storage.ts";
import { namespace, subjectOf } from "../target.ts";

const things = 100_000;
const policies = 1_000;

/**
 * Resident memory with 100,000 things of 1 KB and 1,000 policies hot in the cache, beyond that of the same server
 * when it was empty; the rate at which they were created and read comes with it.
 */
export async function memory(place: Place): Promise<BenchRow[]> {
  await using server = await startOurs(place);
  await using bulk = new Program<BulkJob, number>("load/bulk.ts");
  const target = targetOf(server);
  const job = {
    url: target.url,
    headers: target.owner,
    subject: await subjectOf(target),
    namespace,
    things,
    policies,
  };
  const empty = await settledMb(server.pid);
  await bulk.run({ ...job, do: "policies" });
  const createSeconds = await bulk.run({ ...job, do: "create" });
  const loaded = residentMb(server.pid);
  const readSeconds = await bulk.run({ ...job, do: "read" });
  const full = await settledMb(server.pid);
  return [
    { name: "Resident memory of an empty server", value: empty, unit: "MB" },
    {
      name: "Resident memory of 100,000 things of 1 KB and 1,000 policies beyond that",
      value: full - empty,
      unit: "MB",
      target: 700,
    },
    { name: "Resident memory right after creating them, in all", value: loaded, unit: "MB" },
    { name: "Creating them over HTTP", value: things / createSeconds, unit: "things/s" },
    { name: "Reading each once over HTTP", value: things / readSeconds, unit: "things/s" },
  ];
}
