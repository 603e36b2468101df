// What predictors at work are made of.

import type { LimitFunction } from "p-limit";
import type { Logger } from "pino";
import type { Dispatch } from "../../dispatch/dispatcher.ts";
import type { PastStates } from "../../dispatch/history/past-states.ts";
import type { Live } from "../../dispatch/live/live.ts";
import type { RightsSources } from "../../dispatch/rights.ts";
import type { Pubsub } from "../../pubsub/pubsub.ts";
import type { Search } from "../../search/search.ts";
import type { InputPlan } from "../inputs/inputs.ts";
import type { ModelSpec, Predictor } from "../model.ts";
import type { OpenModel } from "../models/scoring.ts";
import type { PredictorMonitor } from "../monitoring/predictor-monitor.ts";
import type { PredictorStore } from "../stored/predictor-store.ts";
import type { Room } from "./behind.ts";
import type { Pace } from "./pace.ts";
import type { Things } from "./things.ts";

/** What all predictors share, and what they need of the server. */
export interface SharedParts {
  readonly pubsub: Pick<Pubsub, "subscribe">;
  /** In a cluster that of this member, which refuses what others own. */
  readonly dispatch: Dispatch;
  readonly live: Pick<Live, "send" | "answer">;
  readonly search: Pick<Search, "stream">;
  readonly pastStates: PastStates;
  readonly rights: RightsSources;
  /** IDs of things after one, in their order. */
  readonly listIds: (after: string, limit: number) => Promise<readonly string[]>;
  readonly store: PredictorStore;
  readonly openModel: OpenModel<ModelSpec>;
  readonly things: Things;
  /** What states that wait to be stored take together, for all predictors. */
  readonly savedStates: Room;
  readonly pace: Pace;
  /** Things that are read from history at once, by all predictors. */
  readonly loads: LimitFunction;
  /** Whether this member of a cluster may predict a thing now; absent, it may predict all. */
  readonly mayServe?: ((thingId: string) => boolean) | undefined;
  readonly settings: ServingSettings;
  readonly log: Pick<Logger, "info" | "warn" | "error">;
}

export interface ServingSettings {
  /** Things that may wait for a prediction, of each predictor. */
  readonly queueSize: number;
  /** So much is held of things in memory, in bytes, for all predictors. */
  readonly cacheBytes: number;
  /** From so many past events streaming models learn first. */
  readonly warmUp: number;
  readonly stateIntervalMs: number;
}

/** What one predictor is made of. */
export interface RunningParts extends SharedParts {
  readonly predictor: Predictor;
  readonly plan: InputPlan;
  readonly monitorOf: (
    queueLength: () => number,
    trouble: (version: string) => string | undefined,
  ) => PredictorMonitor;
}
