// Policies with what looks after their subjects, on a journal of the test's choice; short granularities.

import type { JsonObject, JsonValue } from "../../../src/base/json/json.ts";
import { readPath } from "../../../src/base/json/pointer.ts";
import { alone } from "../../../src/cluster/alone.ts";
import type { Cluster } from "../../../src/cluster/cluster.ts";
import { type Expire, expiry } from "../../../src/dispatch/announcements/expire.ts";
import {
  type PolicyAnnouncements,
  policyAnnouncements,
} from "../../../src/dispatch/announcements/policy-announcements.ts";
import type { AnnouncementSettings } from "../../../src/dispatch/announcements/settings.ts";
import type { Journal } from "../../../src/journal/journal.ts";
import type { IncomingAck } from "../../../src/signals/incoming-ack.ts";
import type { PolicyAnnouncement } from "../../../src/signals/policy-announcement.ts";
import type { CommandAction } from "../../../src/signals/signal.ts";
import { ditto, worldOn } from "../../support/dispatch.ts";

export const policyId = "org.acme:policy";
export const label = "my:ack";

const defaults: AnnouncementSettings = {
  announcementGracePeriod: 4 * 3_600_000,
  announcementMaxTimeout: 60_000,
  announceWhenDeleted: true,
  announcementRandomization: 0,
  announcementBackoffMin: 1_000,
  announcementBackoffMax: 3_600_000,
  announcementBackoffRandomFactor: 0,
};

/** An administrator, and the subjects of an entry beside it. */
export const policyOf = (subjects: JsonObject = {}): JsonObject => ({
  entries: {
    admin: {
      subjects: { "nginx:ditto": { type: "t" } },
      resources: { "policy:/": { grant: ["READ", "WRITE"], revoke: [] } },
    },
    guests: { subjects, resources: { "thing:/": { grant: ["READ"], revoke: [] } } },
  },
});

/** A time from now on as policies have it. */
export const inMillis = (millis: number): string => new Date(Date.now() + millis).toISOString();

export type AnnouncingWorld = ReturnType<typeof announcingWorld>;

export function announcingWorld(
  journal: Journal,
  set: Partial<AnnouncementSettings> = {},
  cluster: Cluster = alone("test"),
) {
  const announced: PolicyAnnouncement[] = [];
  const warnings: object[] = [];
  const world = worldOn(journal, {
    policySettings: { expiryGranularity: 1, announcementGranularity: 1 },
    policyHeaders: ["response-required", "ditto-originator"],
    watchOf: (policies) =>
      policyAnnouncements({
        settings: { ...defaults, ...set },
        journal,
        policies,
        cluster,
        publish: (announcement) => announced.push(announcement),
        expire: (...asked) => expire(...asked),
        log: { warn: (fact) => warnings.push(fact) },
      }),
  });
  const { policies, published, dispatch } = world;
  const expire: Expire = expiry(world.parts, world.turns);
  const watch = world.parts.watch as PolicyAnnouncements;
  return {
    watch,
    policies,
    announced,
    published,
    warnings,
    expire,
    async ask(action: CommandAction, path: string, value?: JsonValue, id = policyId) {
      const command = { kind: "policy", id, action, path: readPath(path), headers: {}, auth: ditto } as const;
      return dispatch(value === undefined ? command : { ...command, value });
    },
    /** The subjects of the entry beside the administrator's. */
    async guests(id = policyId): Promise<readonly string[]> {
      const { committed } = await policies.load(id);
      const { entries = {} } = (committed?.value ?? {}) as {
        entries?: { guests?: { subjects: JsonObject } };
      };
      return Object.keys((entries as { guests?: { subjects: JsonObject } }).guests?.subjects ?? {});
    },
    acknowledge(said: PolicyAnnouncement, more: Partial<IncomingAck> = {}) {
      watch.onAck({
        kind: "policy",
        id: said.policyId,
        label,
        status: 200,
        correlationId: said.headers["correlation-id"],
        headers: {},
        characters: 100,
        subjects: said.subjects,
        ...more,
      });
    },
  };
}
