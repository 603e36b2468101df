// Labels of acknowledgements that are declared once in a cluster. Of each label one member says who may declare it, the owner of
// `ack:{label}`; that it is declared is among the facts that all members know, so that another owner knows it too.

import type { TwinError } from "../../base/errors.ts";
import type { Cluster } from "../../cluster/cluster.ts";
import { Unreachable } from "../../cluster/wire.ts";
import { ackLabelNotUnique, type DeclaredAcks, type LocalDeclaredAcks } from "../declared-acks.ts";
import type { SharedFacts } from "./facts.ts";
import { LABELS, othersOf } from "./interests.ts";

export interface ClusteredDeclaredAcksParts {
  readonly cluster: Cluster;
  readonly local: LocalDeclaredAcks;
  readonly facts: SharedFacts;
  /** What is refused with where nobody can say whether a label is another's. */
  readonly unavailable: () => TwinError;
  /** Told of a label that two have declared, as it may come while members do not hear of one another; the later one has it no more. */
  readonly onConflict: (label: string) => void;
}

export interface ClusteredDeclaredAcks extends DeclaredAcks {
  /** A member told that a label is declared there. */
  told(label: string, holder: string): void;
}

/** So long somebody who is leaving may have the label yet, and a reservation holds at most. */
const LEAVING_MS = 500;
const RESERVED_MS = 30_000;
/** How often it is asked again, and until when. */
const RETRY_MS = 100;
const PATIENCE_MS = 10_000;
const TIMEOUT_MS = 5_000;

const sleep = (ms: number): Promise<void> => new Promise((go) => setTimeout(go, ms).unref());

interface Held {
  readonly holder: string;
  count: number;
  /** Takes it back here, for all who declared it. */
  readonly ends: Set<() => void>;
}

interface Reservation {
  readonly holder: string;
  /** By the monotonic clock. */
  readonly until: number;
}

/** Makes it; the members' questions are answered from now on. */
export function clusteredDeclaredAcks(parts: ClusteredDeclaredAcksParts): ClusteredDeclaredAcks {
  const { cluster, local, facts } = parts;
  const { wire, self } = cluster;
  const held = new Map<string, Held>();
  const reserved = new Map<string, Reservation>();
  let declarers = 0;

  /** Who holds a label, of this member or another. Begins with when, so that of two the earlier one can be told. */
  function otherHolder(label: string, holder: string): boolean {
    const isOther = (known: string | number | undefined) =>
      known !== undefined && nameOf(String(known)) !== nameOf(holder);
    if (isOther(held.get(label)?.holder)) return true;
    return othersOf(cluster).some((member) => isOther(facts.of(member, LABELS)?.get(label)));
  }

  function reserve(label: string, holder: string): boolean {
    const now = performance.now();
    for (const [known, { until }] of reserved) {
      if (until > now) break;
      reserved.delete(known);
    }
    const before = reserved.get(label);
    if (before && nameOf(before.holder) !== nameOf(holder)) return false;
    if (otherHolder(label, holder)) return false;
    reserved.delete(label);
    reserved.set(label, { holder, until: now + RESERVED_MS });
    return true;
  }

  function release(label: string, holder: string): void {
    if (reserved.get(label)?.holder === holder) reserved.delete(label);
  }

  /** As the owner of the label: waits a little for who may be leaving. */
  async function mayDeclare(label: string, holder: string): Promise<boolean> {
    await facts.complete();
    for (const until = performance.now() + LEAVING_MS; ; ) {
      if (reserve(label, holder)) return true;
      if (performance.now() > until) return false;
      await sleep(RETRY_MS / 2);
    }
  }

  wire.onRequest("label.reserve", async (payload) => {
    const [label, holder] = JSON.parse(payload) as [string, string];
    return String(await mayDeclare(label, holder));
  });
  wire.onTold("label.release", (payload) => {
    const [label, holder] = JSON.parse(payload) as [string, string];
    release(label, holder);
  });

  async function ask(label: string, holder: string): Promise<boolean> {
    const owner = cluster.ownerOf(`ack:${label}`);
    if (owner === self.id) return mayDeclare(label, holder);
    return (
      (await wire.request(owner, "label.reserve", JSON.stringify([label, holder]), TIMEOUT_MS)) === "true"
    );
  }

  /** Tries until somebody can say. */
  async function askUntil(label: string, holder: string, until: number): Promise<boolean> {
    for (;;) {
      try {
        return await ask(label, holder);
      } catch (error) {
        if (!(error instanceof Unreachable)) throw error;
        if (performance.now() > until) throw parts.unavailable();
        await sleep(RETRY_MS);
      }
    }
  }

  function letGo(label: string, holder: string): void {
    const owner = cluster.ownerOf(`ack:${label}`);
    if (owner === self.id) release(label, holder);
    else wire.tell(owner, "label.release", JSON.stringify([label, holder]));
  }

  function hold(label: string, holder: string, end: () => void): void {
    const known = held.get(label) ?? { holder, count: 0, ends: new Set() };
    known.count++;
    known.ends.add(end);
    held.set(label, known);
    facts.put(LABELS, label, known.holder);
  }

  function drop(label: string, end: () => void): void {
    const known = held.get(label);
    if (!known?.ends.delete(end) || --known.count > 0) return;
    held.delete(label);
    facts.drop(LABELS, label);
    facts.hurry(); // who declared it may do so anew, by another member
  }

  return {
    async declare(labels, by) {
      const own = [...new Set(labels)];
      const name = by?.group === undefined ? `session ${self.id} ${declarers++}` : `group ${by.group}`;
      const holder = `${Date.now()} ${name}`;
      const until = performance.now() + PATIENCE_MS;
      const asked = own.map((label) => askUntil(label, holder, until));
      try {
        const granted = await Promise.all(asked);
        if (granted.includes(false)) throw ackLabelNotUnique();
        const undeclare = local.declare(own, by);
        for (const label of own) hold(label, holder, undeclare);
        await facts.known();
        return () => {
          undeclare();
          for (const label of own) drop(label, undeclare);
        };
      } finally {
        await Promise.allSettled(asked); // who grants a label after it was let go of would keep it
        for (const label of own) letGo(label, holder);
      }
    },

    told(label, theirs) {
      const known = held.get(label);
      if (!known || nameOf(known.holder) === nameOf(theirs) || isEarlier(known.holder, theirs)) return;
      for (const end of known.ends) end();
      held.delete(label);
      facts.drop(LABELS, label);
      facts.hurry();
      parts.onConflict(label);
    },
  };
}

/** A holder without when he came. */
const nameOf = (holder: string): string => holder.slice(holder.indexOf(" ") + 1);

function isEarlier(a: string, b: string): boolean {
  const [atA, atB] = [Number.parseInt(a, 10), Number.parseInt(b, 10)];
  return atA < atB || (atA === atB && a < b);
}
