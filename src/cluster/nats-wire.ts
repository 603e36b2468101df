// Members talking to one another by core NATS, each by a subject of its own. NATS loses what it cannot deliver, so frames are
// numbered, and both sides learn of what was lost.

import { setTimeout as later } from "node:timers/promises";
import type { Msg, NatsConnection } from "@nats-io/transport-node";
import { Answering } from "./answering.ts";
import type { Gone } from "./cluster.ts";
import { asked, type Frame, type Item, lost, parseFrame, told } from "./frames.ts";
import { type Gap, Incoming } from "./incoming.ts";
import type { ClusterLog } from "./options.ts";
import { Requests } from "./requests.ts";
import { Sending } from "./sending.ts";
import { type Answer, type Listen, Unreachable, type Wire } from "./wire.ts";

const BEAT_MS = 250;
/** With many members, each is told less often that it missed nothing: so many milliseconds for each of them. */
const BEAT_MS_A_MEMBER = 25;
/** After so long without a word, the rows of those that are no members are forgotten. */
const FORGET_AFTER_MS = 600_000;
/** A newcomer may have said something so long before it was seen in the view. */
const SEEN_LATE_MS = 1_000;
const REQUEST_ALL_MS = 5_000;
const RETRY_PAUSE_MS = 50;

export interface NatsWireParts {
  readonly self: string;
  readonly clusterName: string;
  readonly now: () => number;
  readonly log: ClusterLog;
}

/** A member as the wire knows it: who was put out and came back is another. */
export interface Peer {
  readonly id: string;
  readonly since: number;
}

export class NatsWire implements Wire {
  readonly #parts: NatsWireParts;
  readonly #requests = new Requests();
  readonly #answering: Answering;
  readonly #listens = new Map<string, Listen>();
  readonly #losses: ((from: string, silentMs: number) => void)[] = [];
  readonly #sending: Sending;
  readonly #rows = new Map<string, Incoming>();
  /** The other members of the view, and when they were first seen in it. */
  #peers: ReadonlyMap<string, Peer & { readonly seenAt: number }> = new Map();
  #beating: NodeJS.Timeout | undefined;
  #lastNumber = 0;
  #isEnded = false;

  constructor(parts: NatsWireParts) {
    this.#parts = parts;
    const { self, now, clusterName, log } = parts;
    this.#answering = new Answering({ log, say: (to, line) => this.#sending.say(to, line) !== undefined });
    this.#sending = new Sending({
      ...{ self, now },
      subjectOf: (member) => `${clusterName}.m.${member}`,
      nobodyOf: (to, { row, place, asks = [0, 0] }) =>
        `${clusterName}.n.${self}.${to}.${row}.${place}.${asks[0]}.${asks[1]}`,
      dropped: (to, { row, place, asks }) => {
        if (asks) this.#requests.failFrame(to, row, place, asks);
      },
    });
  }

  /** There is a connection to NATS. */
  attach(link: NatsConnection): void {
    const { self, clusterName } = this.#parts;
    link.subscribe(`${clusterName}.m.${self}`, {
      callback: (error, message) => {
        if (!error) this.#guarded(() => this.#arrived(message));
      },
    });
    link.subscribe(`${clusterName}.n.${self}.>`, {
      callback: (error, message) => {
        if (!error && message.headers?.code === 503) this.#guarded(() => this.#nobody(message.subject));
      },
    });
    this.#sending.attach(link);
    this.#beating ??= setInterval(() => this.#beat(), BEAT_MS).unref();
  }

  /** The connection is gone: what was asked by it is not answered any more. */
  detach(): void {
    this.#requests.failAll(
      () => true,
      "The connection to NATS was lost.",
      (open) => this.#sending.isGathered(open),
    );
    this.#sending.detach();
  }

  /** Another view is in force, with these other members; those that left it in order still answer what they were asked. */
  viewed(peers: readonly Peer[], left: ReadonlySet<string> = new Set()): void {
    const before = this.#peers;
    const now = this.#parts.now();
    this.#peers = new Map(
      peers.map((peer) => {
        const known = before.get(peer.id);
        return [peer.id, known?.since === peer.since ? known : { ...peer, seenAt: now }];
      }),
    );
    for (const { id, since } of before.values())
      if (this.#peers.get(id)?.since !== since) this.#forget(id, left.has(id));
    this.#beat(); // newcomers learn where this row begins
  }

  /** What these members said last may not have arrived. */
  crashed(gone: readonly Gone[]): void {
    for (const { member, silentMs } of gone) this.#tellLoss(member.id, silentMs);
  }

  /** This member was out of the view: the others told it nothing. */
  missed(): void {
    const now = this.#parts.now();
    for (const { id, seenAt } of this.#peers.values()) this.#tellLoss(id, this.silentMs(id) ?? now - seenAt);
  }

  /** For how long nothing has come from a member; `undefined` where nothing ever has. */
  silentMs(id: string): number | undefined {
    return this.#rows.get(id)?.silentMs(this.#parts.now());
  }

  /** All that was said until now goes out before whatever is sent by the same connection from now on. */
  flush(): void {
    this.#sending.flush();
  }

  /** Resolves once all that others have asked is answered, after so many milliseconds at most. */
  idle(mostMs: number): Promise<void> {
    return this.#answering.idle(mostMs);
  }

  /** Who waits for an answer is told that there is none, with all that was said until now. */
  refuseRest(): void {
    this.#answering.end();
    this.#sending.flush();
  }

  /** Nothing is said any more. */
  end(): void {
    this.#sending.flush();
    this.#isEnded = true;
    clearInterval(this.#beating);
    this.detach();
  }

  request(to: string, topic: string, payload: string, timeoutMs: number): Promise<string> {
    const problem = this.#problemOf(to);
    if (problem !== undefined) return Promise.reject(new Unreachable(problem, true));
    const number = ++this.#lastNumber;
    const frame = this.#sending.say(to, asked(number, topic, payload), number);
    if (!frame)
      return Promise.reject(new Unreachable("That is more than NATS takes (its max_payload).", true, true));
    const { promise, resolve, reject } = Promise.withResolvers<string>();
    this.#requests.add(number, timeoutMs, { to, ...frame, resolve, reject });
    return promise;
  }

  tell(to: string, topic: string, payload: string): void {
    if (this.#peers.has(to)) this.#tell(to, told(topic, payload));
  }

  tellAll(topic: string, payload: string): void {
    const line = told(topic, payload);
    for (const id of this.#peers.keys()) this.#tell(id, line);
  }

  async requestAll(topic: string, payload: string): Promise<void> {
    await Promise.all([...this.#peers.values()].map((peer) => this.#untilAnswered(peer, topic, payload)));
  }

  onRequest(topic: string, answer: Answer): void {
    this.#answering.on(topic, answer);
  }

  onTold(topic: string, listen: Listen): void {
    this.#listens.set(topic, listen);
  }

  onLoss(callback: (from: string, silentMs: number) => void): void {
    this.#losses.push(callback);
  }

  #tell(to: string, line: string): void {
    if (this.#sending.say(to, line)) return;
    this.#sending.skip(to);
    this.#parts.log(
      "warning",
      `${line.length} characters for another member are more than NATS takes (its max_payload).`,
    );
  }

  async #untilAnswered(peer: Peer, topic: string, payload: string): Promise<void> {
    while (this.#peers.get(peer.id)?.since === peer.since) {
      try {
        await this.request(peer.id, topic, payload, REQUEST_ALL_MS);
        return;
      } catch (error) {
        if (this.#isEnded || (error instanceof Unreachable && error.isPermanent)) throw error;
        await later(RETRY_PAUSE_MS);
      }
    }
  }

  #problemOf(to: string): string | undefined {
    if (!this.#peers.has(to)) return "There is no such member.";
    if (!this.#sending.isOpen) return "There is no connection to the other members.";
    if (this.#requests.isFull) return "Too much has been asked of other members and is not answered yet.";
    return undefined;
  }

  #arrived(message: Msg): void {
    let frame: Frame;
    try {
      frame = parseFrame(message.string());
    } catch (error) {
      this.#parts.log("warning", (error as Error).message);
      return;
    }
    const { from, row } = frame;
    const now = this.#parts.now();
    const known = this.#rows.get(from);
    if (known && known.row > row) return;
    const incoming = known?.row === row ? known : this.#beginRow(from, row, now);
    const outcome = incoming.take(frame, now);
    if (outcome === "late") return;
    if (outcome !== "next") this.#missing(from, row, outcome);
    for (const item of frame.items) this.#guarded(() => this.#take(item, from));
  }

  #beginRow(from: string, row: number, now: number): Incoming {
    const since = (this.#peers.get(from)?.seenAt ?? now) - SEEN_LATE_MS;
    const incoming = new Incoming(row, since, now);
    this.#rows.set(from, incoming);
    return incoming;
  }

  #take(item: Item, from: string): void {
    switch (item.kind) {
      case "T":
        this.#listens.get(item.topic)?.(item.payload, from);
        break;
      case "Q":
        this.#answering.take(item.number, item.topic, item.payload, from);
        break;
      case "A":
        this.#requests.answer(item.number, from, item.payload);
        break;
      case "E":
        this.#requests.fail(
          item.number,
          from,
          new Unreachable("The member could not answer; see its log.", false),
        );
        break;
      case "O":
        this.#requests.fail(
          item.number,
          from,
          new Unreachable("The answer is more than NATS takes (its max_payload).", false, true),
        );
        break;
      case "N":
        this.#requests.fail(item.number, from, new Unreachable("The member does not answer that yet.", true));
        break;
      case "L":
        this.#requests.failFrames(from, item, "NATS has lost it.");
        break;
    }
  }

  #missing(from: string, row: number, { first, last, silentMs }: Gap): void {
    this.#sending.say(from, lost(row, first, last));
    this.#requests.failAll(
      (open) => open.to === from && !this.#sending.isGathered(open),
      "NATS may have lost the answer.",
      () => false,
    );
    this.#tellLoss(from, silentMs);
  }

  #tellLoss(from: string, silentMs: number): void {
    for (const callback of this.#losses) this.#guarded(() => callback(from, silentMs));
  }

  #forget(id: string, isAnswering: boolean): void {
    if (isAnswering)
      this.#sending.flushTo(id); // it may wait for answers too
    else
      this.#requests.failAll(
        (open) => open.to === id,
        "The member is gone.",
        (open) => this.#sending.isGathered(open),
      );
    this.#sending.forget(id);
  }

  /** `{cluster}.n.{self}.{to}.{row}.{place}.{least}.{greatest}`: NATS says that nobody is there to take a frame. */
  #nobody(subject: string): void {
    const [to = "", row, place, least, greatest] = subject.split(".").slice(3);
    this.#requests.failFrame(to, Number(row), Number(place), [Number(least), Number(greatest)]);
  }

  #beat(): void {
    const silenceMs = Math.max(BEAT_MS, BEAT_MS_A_MEMBER * this.#peers.size);
    for (const id of this.#peers.keys()) this.#sending.rowTo(id).beat(silenceMs);
    this.#sending.forgetIdle((id) => this.#peers.has(id), FORGET_AFTER_MS);
    for (const [id, row] of this.#rows)
      if (!this.#peers.has(id) && row.silentMs(this.#parts.now()) > FORGET_AFTER_MS) this.#rows.delete(id);
  }

  #guarded(call: () => void): void {
    try {
      call();
    } catch (error) {
      this.#parts.log(
        "warning",
        `A listener of the cluster failed: ${String((error as Error).stack ?? error)}`,
      );
    }
  }
}
