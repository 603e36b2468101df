// What a session or connection may acknowledge: the labels it declared, and what it was told that asks for them.

import { isArray } from "../base/json/json.ts";
import { customLabels } from "../dispatch/acks/labels.ts";
import type { Acknowledgement } from "../protocol/acknowledgement.ts";
import { durationMs } from "../protocol/timeout.ts";
import type { IncomingAck } from "../signals/incoming-ack.ts";
import type { LiveSignal } from "../signals/live.ts";
import type { PolicyAnnouncement } from "../signals/policy-announcement.ts";
import type { AuthContext, DittoHeaders, EntityEvent, EntityKind } from "../signals/signal.ts";

export interface SessionAcks {
  /** The labels that nobody else may acknowledge; it is up to the session to declare them. */
  readonly declared: ReadonlySet<string>;
  /**
   * Remembers that the session is told of an announcement, for as long as that waits for acknowledgements. Gives the labels
   * that it asks this session for; absent where it asks nobody for any.
   */
  told(announcement: PolicyAnnouncement): readonly string[] | undefined;
  /** Remembers the same of an event or live signal. Gives the labels; absent where it asks this session for none. */
  asked(signal: EntityEvent | LiveSignal): readonly string[] | undefined;
  /** Passes an acknowledgement on to what it is for; one of what the session was not asked for is dropped. */
  take(ack: Acknowledgement, message: AckMessage, auth: AuthContext): void;
}

/** The message that brought an acknowledgement. */
export interface AckMessage {
  /** The thing that its topic names. */
  readonly id: string;
  /** Checked; a correlation ID is among them. */
  readonly headers: DittoHeaders;
  readonly characters: number;
}

interface Asked {
  readonly kind: EntityKind;
  readonly id: string;
  readonly labels: readonly string[];
  /** Milliseconds since the epoch. */
  readonly until: number;
}

/** Of so many things at once a session may be asked for acknowledgements; beyond, it can acknowledge the oldest no more. */
const REMEMBERED = 1_000;
/** How long acknowledgements are waited for that have no timeout. */
const TIMEOUT_MS = 65_000;

const none: ReadonlySet<string> = new Set();
const nothing = new Map<string, Asked>();

/** Makes what is known of acknowledgements by who declares these labels; it is remembered of how many things at once he is asked. */
export function sessionAcks(
  labels: readonly string[],
  onAck: (ack: IncomingAck) => void,
  remembered = REMEMBERED,
): SessionAcks {
  // Most sessions acknowledge nothing, and need neither.
  const declared = labels.length === 0 ? none : new Set(labels);
  let asked = nothing;

  /** Forgets, oldest first, what is late, and one where there are too many. */
  function makeRoom(now: number): void {
    for (const [key, { until }] of asked) {
      if (until > now && asked.size < remembered) return;
      asked.delete(key);
    }
  }

  function remember(key: string, what: Omit<Asked, "until">, { timeout }: DittoHeaders): void {
    const now = Date.now();
    if (asked === nothing) asked = new Map();
    makeRoom(now);
    const until = now + (timeout === undefined ? TIMEOUT_MS : durationMs(timeout));
    asked.delete(key); // one that is told again counts as new
    asked.set(key, { ...what, until });
  }

  return {
    declared,

    told({ policyId, headers }) {
      const requested = labelsOf(headers, "requested-acks");
      if (requested.length === 0) return undefined;
      const labels = requested.filter((label) => declared.has(label));
      if (labels.length > 0)
        remember(
          announcementKey(headers["correlation-id"]),
          { kind: "policy", id: policyId, labels },
          headers,
        );
      return labels;
    },

    asked({ id, headers }) {
      if (declared.size === 0) return undefined;
      const requested = labelsOf(headers, "requested-acks");
      if (requested.length === 0) return undefined;
      const labels = customLabels(requested).filter((label) => declared.has(label));
      if (labels.length === 0) return undefined;
      remember(signalKey(id, headers["correlation-id"] as string), { kind: "thing", id, labels }, headers);
      return labels;
    },

    take(ack, { id, headers, characters }, { subjects }) {
      const correlationId = headers["correlation-id"] as string;
      const what = asked.get(signalKey(id, correlationId)) ?? asked.get(announcementKey(correlationId));
      if (!what?.labels.includes(ack.label) || what.until <= Date.now()) return;
      onAck({ kind: what.kind, id: what.id, correlationId, headers, characters, subjects, ...ack });
    },
  };
}

const signalKey = (id: string, correlationId: string): string => `${id}\n${correlationId}`;
/** Whatever thing an acknowledgement of an announcement names. */
const announcementKey = (correlationId: string): string => `\n${correlationId}`;

export function labelsOf(headers: DittoHeaders, name: string): readonly string[] {
  const labels = headers[name];
  return isArray(labels) ? (labels as readonly string[]) : [];
}
