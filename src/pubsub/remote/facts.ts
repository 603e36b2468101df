// What each member lets all others know: what its sessions want to be told of, and the labels that they declared. A member tells what
// changes; who joins, and who may have missed something, asks for all of it. What is not known of a member yet is `undefined`: then it
// counts as if it wanted everything.

import { setTimeout as pause, setImmediate } from "node:timers/promises";
import type { JsonArray, JsonObject } from "../../base/json/json.ts";
import type { Cluster } from "../../cluster/cluster.ts";

export type Fact = number | string;
/** Facts of one kind by what they are about. */
export type Facts = ReadonlyMap<string, Fact>;

/** Where this member says what is so, and looks up what the others have said. */
export interface SharedFacts {
  put(kind: string, about: string, fact: Fact): void;
  /** Is told some time later, unless it is put again. */
  drop(kind: string, about: string): void;
  /** Resolves once all members know what was put and dropped until now, or hold no lease any more; `undefined` where they do. */
  known(): Promise<void> | undefined;
  /** Has all that was dropped told at once. */
  hurry(): void;
  /** What a member told; `undefined` where that is not known. */
  of(member: string, kind: string): Facts | undefined;
  /** Resolves once what all members of the view told is known. */
  complete(): Promise<void>;
}

/** [kind, about, fact], or null in place of a fact that is none any more. */
type Change = readonly [kind: string, about: string, fact: Fact | null];

interface Told {
  version: number;
  readonly kinds: Map<string, Map<string, Fact>>;
}

/** Characters of one message, about; and how long is waited with what is only less than before. */
const MESSAGE = 200_000;
const LINGER_MS = 1_000;
const TIMEOUT_MS = 5_000;
const RETRY_MS = 50;
const none: Facts = new Map();

/** `onChange` is called when what is known of a member is another; `onTold` of each fact that a member puts. */
export function sharedFacts(
  cluster: Cluster,
  onChange: (member: string) => void,
  onTold: (member: string, kind: string, about: string, fact: Fact) => void,
): SharedFacts {
  const { wire } = cluster;
  const own = new Map<string, Map<string, Fact>>();
  const others = new Map<string, Told>();
  const asking = new Map<string, Promise<void>>();
  /** The newest version that a member told of while it is asked for all. */
  const newest = new Map<string, number>();
  let version = 0;
  let changes = new Map<string, Change>();
  let running: Promise<void> | undefined;
  let next: Promise<void> | undefined;
  let lingering: NodeJS.Timeout | undefined;

  function changed(kind: string, about: string, fact: Fact | null): void {
    changes.set(`${kind} ${about}`, [kind, about, fact]);
  }

  function soon(): Promise<void> {
    next ??= tellAfter(running);
    return next;
  }

  async function tellAfter(before: Promise<void> | undefined): Promise<void> {
    await before;
    await setImmediate(); // what many sessions begin at once is told together
    clearTimeout(lingering);
    lingering = undefined;
    next = undefined;
    const telling = tell();
    running = telling;
    await telling;
    if (running === telling) running = undefined;
  }

  async function tell(): Promise<void> {
    const all = [...changes.values()];
    changes = new Map();
    const told: Promise<void>[] = [];
    for (const set of parts(all)) {
      const base = version++;
      told.push(wire.requestAll("facts.told", JSON.stringify({ base, version, set })));
    }
    await Promise.allSettled(told);
  }

  function take({ base, version: to, set }: JsonObject, from: string): void {
    const told = others.get(from);
    newest.set(from, Math.max(newest.get(from) ?? 0, to as number));
    if (told && told.version >= (to as number)) return;
    if (!told || told.version !== base) {
      forget(from);
      void ask(from);
      return;
    }
    apply(from, told, set as JsonArray);
    told.version = to as number;
    onChange(from);
  }

  function apply(from: string, { kinds }: Told, set: JsonArray): void {
    for (const [kind, about, fact] of set as unknown as readonly Change[]) {
      const known = kinds.get(kind) ?? new Map<string, Fact>();
      kinds.set(kind, known);
      if (fact === null) known.delete(about);
      else {
        known.set(about, fact);
        onTold(from, kind, about, fact);
      }
    }
  }

  function forget(member: string): void {
    if (others.delete(member)) onChange(member);
  }

  const isThere = (member: string) => cluster.members.some(({ id }) => id === member);

  function ask(member: string): Promise<void> {
    const known = asking.get(member);
    if (known !== undefined) return known;
    const asked = askAll(member).finally(() => asking.delete(member));
    asking.set(member, asked);
    return asked;
  }

  /** Tries until it is known, or the member is gone. */
  async function askAll(member: string): Promise<void> {
    while (isThere(member) && !others.has(member)) {
      try {
        const told = await read(member);
        if (told && told.version >= (newest.get(member) ?? 0) && isThere(member)) {
          others.set(member, told);
          onChange(member);
          return;
        }
      } catch {
        // It does not answer; what is not known of it costs no more than telling it too much.
      }
      await pause(RETRY_MS, undefined, { ref: false });
    }
  }

  /** Page by page; `undefined` where something changed meanwhile. */
  async function read(member: string): Promise<Told | undefined> {
    const told: Told = { version: -1, kinds: new Map() };
    for (let page: number | undefined = 0; page !== undefined; ) {
      const text: string = await wire.request(member, "facts.all", String(page), TIMEOUT_MS);
      const answer = JSON.parse(text) as { version: number; set: JsonArray; isLast: boolean };
      if (told.version >= 0 && told.version !== answer.version) return undefined;
      told.version = answer.version;
      apply(member, told, answer.set);
      page = answer.isLast ? undefined : page + 1;
    }
    return told;
  }

  wire.onRequest("facts.told", async (payload, from) => {
    take(JSON.parse(payload) as JsonObject, from);
    return "";
  });
  wire.onRequest("facts.all", async (payload) => {
    const pages = [...parts(everything(own))];
    const page = Number(payload);
    const set = pages[page] ?? [];
    return JSON.stringify({ version, set, isLast: page >= pages.length - 1 });
  });
  cluster.watch({
    viewed({ gone, joined }) {
      for (const { member } of gone) {
        forget(member.id);
        newest.delete(member.id);
      }
      for (const { id } of joined) {
        forget(id);
        void ask(id);
      }
    },
    // Whoever joins may have asked for all before this member saw it, which told others only what was put since. Until it knows that, or
    // asks anew, this member does not adopt the view, so that it owns nothing.
    async release({ joined }) {
      if (joined.length === 0) return;
      const payload = JSON.stringify({ base: version, version, set: [] });
      await wire.requestAll("facts.told", payload).catch(() => undefined); // the process stops
    },
    renewed() {
      for (const member of [...others.keys()]) forget(member);
    },
  });

  return {
    put(kind, about, fact) {
      const known = own.get(kind) ?? new Map<string, Fact>();
      own.set(kind, known);
      if (known.get(about) === fact && !changes.has(`${kind} ${about}`)) return;
      known.set(about, fact);
      changed(kind, about, fact);
      void soon();
    },
    drop(kind, about) {
      if (!own.get(kind)?.delete(about)) return;
      changed(kind, about, null);
      lingering ??= setTimeout(() => void soon(), LINGER_MS).unref();
    },
    known: () => next ?? running,
    hurry() {
      if (changes.size > 0) void soon();
    },
    of(member, kind) {
      const told = others.get(member);
      if (!told) {
        void ask(member);
        return undefined;
      }
      return told.kinds.get(kind) ?? none;
    },
    async complete() {
      await Promise.all(
        cluster.members
          .filter(({ id }) => id !== cluster.self.id && !others.has(id))
          .map(({ id }) => ask(id)),
      );
    },
  };
}

function everything(own: ReadonlyMap<string, Facts>): readonly Change[] {
  return [...own].flatMap(([kind, facts]) => [...facts].map(([about, fact]): Change => [kind, about, fact]));
}

/** In messages of a size that can be sent. */
function* parts(all: readonly Change[]): Generator<readonly Change[]> {
  let part: Change[] = [];
  let characters = 0;
  for (const change of all) {
    part.push(change);
    characters += change[1].length + 50;
    if (characters < MESSAGE) continue;
    yield part;
    part = [];
    characters = 0;
  }
  if (part.length > 0) yield part;
}
