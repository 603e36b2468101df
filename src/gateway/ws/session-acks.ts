// What a session may acknowledge: the labels it declared at the handshake, and what it was told that asks for them.

import { isArray } from "../../base/json/json.ts";
import type { Acknowledgement } from "../../protocol/acknowledgement.ts";
import { durationMs } from "../../protocol/timeout.ts";
import type { IncomingAck } from "../../signals/incoming-ack.ts";
import type { PolicyAnnouncement } from "../../signals/policy-announcement.ts";
import type { AuthContext, DittoHeaders } from "../../signals/signal.ts";

export interface SessionAcks {
  isDeclared(label: string): boolean;
  /**
   * Remembers that the session is told of an announcement, for as long as that waits for acknowledgements. Gives the labels
   * that it asks this session for; absent where it asks nobody for any.
   */
  told(announcement: PolicyAnnouncement): readonly string[] | undefined;
  /** Passes an acknowledgement on to what it is for; one that nobody waits for is dropped. */
  take(ack: Acknowledgement, correlationId: string, auth: AuthContext): void;
}

interface Asked {
  readonly policyId: string;
  readonly labels: readonly string[];
  /** Milliseconds since the epoch. */
  readonly until: number;
}

/** How many announcements a session may leave without acknowledgements; beyond, it can acknowledge the oldest no more. */
const REMEMBERED = 1_000;
/** How long acknowledgements are waited for that have no timeout. */
const TIMEOUT_MS = 65_000;

/** Makes what a session knows of acknowledgements from the headers of its handshake. */
export function sessionAcks(handshake: DittoHeaders, onAck: (ack: IncomingAck) => void): SessionAcks {
  const declared = new Set(labelsOf(handshake, "declared-acks"));
  const asked = new Map<string, Asked>();

  /** Forgets, oldest first, what is late, and one where there are too many. */
  function makeRoom(now: number): void {
    for (const [correlationId, { until }] of asked) {
      if (until > now && asked.size < REMEMBERED) return;
      asked.delete(correlationId);
    }
  }

  return {
    isDeclared: (label) => declared.has(label),

    told({ policyId, headers }) {
      const requested = labelsOf(headers, "requested-acks");
      if (requested.length === 0) return undefined;
      const labels = requested.filter((label) => declared.has(label));
      const correlationId = headers["correlation-id"];
      if (labels.length > 0) {
        const now = Date.now();
        makeRoom(now);
        const timeout = headers.timeout === undefined ? TIMEOUT_MS : durationMs(headers.timeout);
        asked.delete(correlationId); // one that is told again counts as new
        asked.set(correlationId, { policyId, labels, until: now + timeout });
      }
      return labels;
    },

    take(ack, correlationId, { subjects }) {
      const what = asked.get(correlationId);
      if (!what?.labels.includes(ack.label) || what.until <= Date.now()) return;
      onAck({ kind: "policy", id: what.policyId, correlationId, subjects, ...ack });
    },
  };
}

function labelsOf(headers: DittoHeaders, name: string): readonly string[] {
  const labels = headers[name];
  return isArray(labels) ? (labels as readonly string[]) : [];
}
