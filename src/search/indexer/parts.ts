// What the indexer works with, and what it asks of those who know things and policies.

import type { JsonObject } from "../../base/json/json.ts";
import type { Path } from "../../base/json/pointer.ts";
import type { Cluster } from "../../cluster/cluster.ts";
import type { Journal } from "../../journal/journal.ts";
import type { PolicyEntry } from "../../policies/model.ts";
import type { SearchStore } from "../store.ts";

/** A committed state of a thing; without a `value` it is deleted. */
export interface RecordedThing {
  readonly revision: number;
  readonly value: JsonObject | undefined;
  readonly metadata?: JsonObject | undefined;
  /** Milliseconds since the epoch. */
  readonly created: number;
  readonly modified: number;
}

/** A policy by its id, and its newest revision, that of its end if it was deleted: 0 where it never existed. */
export interface PolicyRevision {
  readonly id: string;
  readonly revision: number;
}

/** By what the things that use a policy are judged: its entries with all that others add to them. */
export interface PolicyInEffect {
  /** None where the policy does not exist. */
  readonly entries: readonly PolicyEntry[];
  /** The policy itself, then all others that were looked for, found or not; each once. */
  readonly sources: readonly PolicyRevision[];
}

/** The fields that are indexed of things whose namespace matches a pattern (`*`, `?`). */
export interface IndexedFields {
  readonly pattern: string;
  readonly fields: readonly Path[];
}

export interface IndexerSettings {
  /** Rest between two writes that nobody waits for, in milliseconds. */
  readonly writeIntervalMs: number;
  /** How long a change that nobody waits for may wait while the load is high, in milliseconds. */
  readonly lagUnderLoadMs: number;
  /** Whether index and journal are compared again and again. */
  readonly checkEnabled: boolean;
  /** Rest before each such comparison, in milliseconds. */
  readonly checkQuietMs: number;
  /** The first pattern that matches counts; where none does, everything is indexed. */
  readonly indexedFields: readonly IndexedFields[];
  /** Most things that wait to be written, and most policies; beyond, index and journal are compared instead. */
  readonly maxWaiting?: number;
  /** How long a stop may take that writes what waits, in milliseconds. */
  readonly drainMs?: number;
}

export interface Log {
  info(fact: object, message: string): void;
  warn(fact: object, message: string): void;
  error(fact: object, message: string): void;
}

export interface IndexerParts {
  readonly store: SearchStore;
  /** The newest committed state, at least that of what was told before the call; `undefined` where it never existed. */
  readThing(id: string): Promise<RecordedThing | undefined>;
  /** What the policy says by the newest that is committed; sources and entries belong together. */
  entriesOf(policyId: string): Promise<PolicyInEffect>;
  /** The ids of recorded things in order after `after`, at most `limit`. */
  listThings(after: string, limit: number): Promise<readonly string[]>;
  readonly settings: IndexerSettings;
  readonly log: Log;
  /** The servers that write into the same index; {@link alone} where there are no others. */
  readonly cluster: IndexCluster;
  /** What the journal got lately. */
  readonly recent: Journal["recent"];
}

export type IndexCluster = Pick<
  Cluster,
  "isAlone" | "self" | "members" | "owns" | "isLeader" | "leaseHolds" | "nextChange" | "watch" | "wire"
>;

/** Told once, with an error where the thing is not known to be in the index. Must not throw. */
export type OnIndexed = (error?: unknown) => void;
