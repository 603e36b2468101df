// Those who serve predictors on all members of a cluster: each serves all predictors, for the things that it owns.

import { isObject, type JsonObject } from "../base/json/json.ts";
import { parseStored } from "../base/json/parse.ts";
import { alone } from "../cluster/alone.ts";
import type { Cluster } from "../cluster/cluster.ts";
import { type MemberStatus, mergedStatus } from "./monitoring/merged-status.ts";
import type { PredictorRuntime } from "./serving-api.ts";

/** What is asked of all of them. */
export interface AllRuntimes extends Pick<PredictorRuntime, "fileStored" | "resetBaseline"> {
  /** As of one server by itself; of several it is put together. */
  status(id: string): Promise<JsonObject | undefined>;
}

const topics = {
  file: "predictor.file",
  baseline: "predictor.baseline",
  status: "predictor.status",
} as const;
/** So long is waited for the others; who does not answer by then is not told of. */
const ASK_MS = 5_000;

interface About {
  readonly id: string;
  readonly version?: string;
}

/** Makes it, and answers the other members from now on. */
export function runtimesOfAll(runtime: PredictorRuntime, cluster: Cluster = alone("")): AllRuntimes {
  const { wire, self } = cluster;
  if (cluster.isAlone)
    return {
      fileStored: (id, version) => runtime.fileStored(id, version),
      resetBaseline: (id, version) => runtime.resetBaseline(id, version),
      status: async (id) => runtime.status(id),
    };

  wire.onRequest(topics.file, async (payload) => {
    const { id, version } = JSON.parse(payload) as Required<About>;
    await runtime.fileStored(id, version);
    return "";
  });
  wire.onRequest(topics.baseline, async (payload) => {
    const { id, version } = JSON.parse(payload) as About;
    await runtime.resetBaseline(id, version);
    return "";
  });
  wire.onRequest(topics.status, async (payload) => {
    const { id } = JSON.parse(payload) as About;
    return JSON.stringify(runtime.status(id) ?? null);
  });

  async function statusOf(member: string, id: string): Promise<JsonObject | undefined> {
    if (member === self.id) return runtime.status(id);
    try {
      const told = parseStored(await wire.request(member, topics.status, JSON.stringify({ id }), ASK_MS));
      return isObject(told) ? told : undefined;
    } catch {
      return undefined;
    }
  }

  return {
    async fileStored(id, version) {
      const others = wire.requestAll(topics.file, JSON.stringify({ id, version }));
      others.catch(() => undefined); // it may fail while this member is not done
      await runtime.fileStored(id, version);
      await others;
    },
    async resetBaseline(id, version) {
      await runtime.resetBaseline(id, version);
      await wire.requestAll(topics.baseline, JSON.stringify({ id, version }));
    },
    async status(id) {
      const all = await Promise.all(
        cluster.members.map(async (member): Promise<MemberStatus | undefined> => {
          const status = await statusOf(member.id, id);
          return status && { member: member.name, status };
        }),
      );
      const told = all.filter((one) => one !== undefined);
      return told.length === 0 ? undefined : mergedStatus(told);
    },
  };
}
