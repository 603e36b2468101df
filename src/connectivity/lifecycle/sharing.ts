// Which members of a cluster have open clients of a connection: of several, each sends a part of what goes out by it.

import type { JsonObject, JsonValue } from "../../base/json/json.ts";
import { parseStored } from "../../base/json/parse.ts";
import type { Cluster } from "../../cluster/cluster.ts";
import { chosenOf } from "../../cluster/slots.ts";
import type { Answer } from "../../conversation/answer.ts";
import type { Connection } from "../model.ts";
import { diversionConfig } from "../outbound/diversion.ts";
import type { Divert, Diverted } from "../outbound/replies.ts";

export interface Sharing {
  /**
   * A client of a connection is open here, and hears all that goes out: this member sends its part from now on. The function ends that;
   * until it resolves, which is when all other members know, the part is still sent here. It never rejects.
   */
  enter(connection: Connection): () => Promise<void>;
  /** Whether this member sends what is about an entity; of two that do not know of each other yet, both do. */
  isOurs(connectionId: string, entityId: string): boolean;
  /** Hands an answer to another member where the connection is open; gives false where that takes none. */
  readonly divert: Divert;
  /** Hears no more of the others. */
  close(): void;
}

/** That a member has, or has no more, an open client of a connection. */
interface Told {
  readonly id: string;
  readonly isOpen: boolean;
  /** Whether it takes answers of other connections. */
  readonly takes: boolean;
}

const topics = {
  presence: "connection.presence",
  all: "connection.presences",
  divert: "connection.divert",
} as const;
const ASK_MS = 5_000;

/** Listens to the other members; `divertHere` takes the answers that they hand on. */
export function sharingIn(cluster: Cluster, divertHere: Divert): Sharing {
  const { wire, self } = cluster;
  /** The connections that are open here, as others are told of them. */
  const own = new Map<string, Told>();
  /** Of each connection the other members that have it open, and whether they take answers. */
  const others = new Map<string, Map<string, boolean>>();
  /** How often each of them told something by itself. */
  const heard = new Map<string, number>();
  let isOver = false;

  function note(member: string, { id, isOpen, takes }: Told): void {
    const members = others.get(id) ?? new Map<string, boolean>();
    if (isOpen) members.set(member, takes);
    else members.delete(member);
    if (members.size > 0) others.set(id, members);
    else others.delete(id);
  }

  function forget(member: string): void {
    for (const id of [...others.keys()]) note(member, { id, isOpen: false, takes: false });
  }

  /** Asks for all that a member has open, where something of that may have been missed. */
  async function askAgain(member: string): Promise<void> {
    const before = heard.get(member);
    let answer: string;
    try {
      answer = await wire.request(member, topics.all, "", ASK_MS);
    } catch {
      return; // it is gone, or is asked again after the next loss
    }
    // What it told meanwhile may be newer than its answer.
    if (heard.get(member) !== before) return askAgain(member);
    forget(member);
    for (const told of JSON.parse(answer) as readonly Told[]) note(member, told);
  }

  wire.onRequest(topics.presence, async (payload, from) => {
    heard.set(from, (heard.get(from) ?? 0) + 1);
    note(from, JSON.parse(payload) as Told);
    return "";
  });
  wire.onRequest(topics.all, async () => JSON.stringify([...own.values()]));
  wire.onTold(topics.divert, (payload) => {
    const { to, ...diverted } = parseStored(payload) as JsonObject;
    divertHere(to as string, readDiverted(diverted));
  });
  wire.onLoss((from) => {
    if (!isOver) void askAgain(from);
  });
  const unwatch = cluster.watch({
    viewed({ gone, joined }) {
      for (const { member } of gone) {
        forget(member.id);
        heard.delete(member.id);
      }
      for (const { id } of joined) if (id !== self.id) void askAgain(id);
    },
    // Others may have thought that this member was gone.
    renewed: askAll,
    acquired: askAll,
  });

  function askAll(): void {
    for (const { id } of cluster.members) if (id !== self.id) void askAgain(id);
  }

  /** Resolves when all others know it, or when the process stops. */
  async function tellAll(told: Told): Promise<void> {
    await wire.requestAll(topics.presence, JSON.stringify(told)).catch(() => undefined);
  }

  return {
    enter(connection) {
      const { id } = connection;
      const told: Told = { id, takes: diversionConfig(connection).isTarget, isOpen: true };
      own.set(id, told);
      void tellAll(told);
      return async () => {
        const leaving: Told = { ...told, isOpen: false };
        if (own.get(id) === told) own.set(id, leaving); // and not entered again meanwhile
        await tellAll(leaving);
        if (own.get(id) === leaving) own.delete(id);
      };
    },

    isOurs(connectionId, entityId) {
      const members = others.get(connectionId);
      if (!members) return true;
      return own.has(connectionId) && chosenOf(entityId, [self.id, ...members.keys()]) === self.id;
    },

    divert(to, diverted) {
      const takers = [...(others.get(to) ?? [])].flatMap(([member, takes]) => (takes ? [member] : []));
      const [taker] = takers;
      if (taker === undefined) return false;
      wire.tell(taker, topics.divert, JSON.stringify({ to, ...printDiverted(diverted) }));
      return true;
    },

    close() {
      isOver = true;
      unwatch();
    },
  };
}

/** What is kept of a message is JSON as it stands; the text of the answer is printed. */
const printDiverted = ({ from, request, answer }: Diverted): JsonObject => ({
  from,
  request: request as unknown as JsonValue,
  answer: { ...answer, text: answer.text() } as unknown as JsonValue,
});

function readDiverted({ from, request, answer }: JsonObject): Diverted {
  const { text, ...others } = answer as JsonObject;
  return {
    from: from as string,
    request: request as unknown as Diverted["request"],
    answer: { ...others, text: () => text as string } as unknown as Answer,
  };
}
