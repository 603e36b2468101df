// What the clients of a campaign were told, and what must be true of it: the checker knows nothing of the server.

/** Times are milliseconds of one monotonic clock, that of all clients. */
interface Told {
  readonly thing: string;
  readonly start: number;
  readonly end: number;
  readonly revision: number;
}

/** A write that was acknowledged. Each value is written once in a campaign. */
export interface Write extends Told {
  readonly lane: string;
  readonly value: number;
}

export interface Read extends Told {
  readonly values: Readonly<Record<string, number>>;
}

/** What one subscriber was sent while one connection of his lasted. */
export interface Session {
  readonly name: string;
  /** When he was told that he is subscribed. */
  readonly since: number;
  /** Whether it lasted to the end, when nothing was under way any more. */
  readonly lasted: boolean;
  /** The revisions of each thing, in the order in which they came. */
  readonly seen: ReadonlyMap<string, readonly number[]>;
  /** When those came that came after newer ones of their thing; for whoever looks for the reason. */
  readonly late?: readonly string[];
}

/** A row of the journal of a thing that sets an attribute. */
export interface Row {
  readonly thing: string;
  readonly revision: number;
  readonly lane: string | undefined;
  readonly value: number | undefined;
}

export interface History {
  readonly writes: readonly Write[];
  readonly reads: readonly Read[];
  /** Values that were sent, acknowledged or not. */
  readonly sent: ReadonlySet<number>;
  readonly sessions: readonly Session[];
  readonly journal: readonly Row[];
}

/** Says in sentences what is wrong with a history; nothing where all is well. */
export function violationsOf(history: History): string[] {
  const journal = byThing(history.journal);
  return [
    ...gaps(journal),
    ...strangeRows(history, journal),
    ...lostWrites(history, journal),
    ...staleness(history),
    ...wrongReads(history, journal),
    ...history.sessions.flatMap((session) => wrongSession(session, history, journal)),
  ];
}

type Journal = ReadonlyMap<string, readonly Row[]>;

function byThing(rows: readonly Row[]): Journal {
  const things = new Map<string, Row[]>();
  for (const row of rows) {
    const known = things.get(row.thing);
    if (known) known.push(row);
    else things.set(row.thing, [row]);
  }
  for (const known of things.values()) known.sort((a, b) => a.revision - b.revision);
  return things;
}

/** The revisions of a thing are 1, 2, 3, … */
const gaps = (journal: Journal): string[] =>
  [...journal].flatMap(([thing, rows]) => {
    const at = rows.findIndex(({ revision }, i) => revision !== i + 1);
    return at < 0 ? [] : [`${thing}: revision ${rows[at]?.revision} is row ${at + 1} of the journal`];
  });

/** What is there was sent, and is there once. */
function strangeRows({ sent }: History, journal: Journal): string[] {
  const found = new Set<number>();
  const wrong: string[] = [];
  for (const [thing, rows] of journal) {
    for (const { value, revision } of rows) {
      if (value === undefined) continue;
      if (!sent.has(value)) wrong.push(`${thing}: revision ${revision} is ${value}, which nobody sent`);
      if (found.has(value)) wrong.push(`${thing}: revision ${revision} is ${value}, for the second time`);
      found.add(value);
    }
  }
  return wrong;
}

/** What was acknowledged is there under the revision that was told. */
const lostWrites = ({ writes }: History, journal: Journal): string[] =>
  writes.flatMap(({ thing, lane, value, revision }) => {
    const row = journal.get(thing)?.[revision - 1];
    return row?.lane === lane && row.value === value
      ? []
      : [
          `${thing}: ${lane}=${value} was acknowledged as revision ${revision}, which is ${row?.lane}=${row?.value}`,
        ];
  });

/** Who asks after somebody was told is told the same or something newer, whichever member either of them asked. */
function staleness({ writes, reads }: History): string[] {
  const told = [...writes, ...reads].sort((a, b) => a.end - b.end);
  const asked: readonly (Write | Read)[] = [...told].sort((a, b) => a.start - b.start);
  const newest = new Map<string, number>();
  const wrong: string[] = [];
  let next = 0;
  for (const one of asked) {
    for (; next < told.length && (told[next] as Told).end < one.start; next++) {
      const { thing, revision } = told[next] as Told;
      newest.set(thing, Math.max(revision, newest.get(thing) ?? 0));
    }
    const known = newest.get(one.thing) ?? 0;
    const isWrite = "lane" in one;
    if (one.revision < known || (isWrite && one.revision === known))
      wrong.push(
        `${one.thing}: a ${isWrite ? "write" : "read"} from ${one.start.toFixed(0)} to ${one.end.toFixed(0)} was told ` +
          `revision ${one.revision} after revision ${known} had been told`,
      );
  }
  return wrong;
}

/** A read shows the thing as it was at its revision. */
function wrongReads({ reads }: History, journal: Journal): string[] {
  const wrong: string[] = [];
  for (const [thing, ofThing] of Map.groupBy(reads, (read) => read.thing)) {
    const rows = journal.get(thing) ?? [];
    const state = new Map<string, number>();
    let at = 0;
    for (const { revision, values } of ofThing.toSorted((a, b) => a.revision - b.revision)) {
      for (; at < rows.length && (rows[at] as Row).revision <= revision; at++) {
        const { lane, value } = rows[at] as Row;
        if (lane !== undefined && value !== undefined) state.set(lane, value);
      }
      const differs =
        Object.keys(values).length !== state.size ||
        [...state].some(([lane, value]) => values[lane] !== value);
      if (differs || revision > rows.length)
        wrong.push(`${thing}: what was read at revision ${revision} is not what the journal says`);
    }
  }
  return wrong;
}

/** The index of the first revision that does not follow the one before it, or -1. */
const jumpIn = (revisions: readonly number[]): number =>
  revisions.findIndex((revision, i) => i > 0 && revision !== (revisions[i - 1] as number) + 1);

/** A subscriber is told of everything once, in order, from his subscription on. */
function wrongSession(
  { name, since, lasted, seen, late = [] }: Session,
  { writes }: History,
  journal: Journal,
): string[] {
  const wrong: string[] = [];
  for (const [thing, told] of seen) {
    if (jumpIn(told) < 0) continue;
    // Of what was acknowledged before he subscribed he may be told, of some of it or of nothing.
    const before = writes.filter((write) => write.thing === thing && write.end < since);
    const old = before.reduce((most, { revision }) => Math.max(most, revision), 0);
    const revisions = told.filter((revision) => revision > old);
    const at = jumpIn(revisions);
    if (at < 0) continue;
    const known = new Set(revisions);
    const [first, last] = [Math.min(...known), Math.max(...known)];
    const lost = Array.from({ length: last - first + 1 }, (_, i) => first + i).filter(
      (one) => !known.has(one),
    );
    wrong.push(
      `${name}: event ${revisions[at]} of ${thing} came after event ${revisions[at - 1]}; ` +
        `of ${first} to ${last} ${lost.length === 0 ? "none is" : `${lost.join(" ")} are`} missing, ` +
        `${revisions.length - known.size} came twice${late.map((one) => `; ${one}`).join("")}`,
    );
  }
  for (const [thing, rows] of journal) {
    const revisions = seen.get(thing) ?? [];
    const first = revisions[0] ?? Number.POSITIVE_INFINITY;
    const missed = writes.find(
      (write) =>
        write.thing === thing &&
        write.start > since &&
        write.revision < first &&
        (lasted || first < Number.POSITIVE_INFINITY),
    );
    if (missed)
      wrong.push(
        `${name}: event ${missed.revision} of ${thing}, written after he had subscribed, never came`,
      );
    if (lasted && revisions.length > 0 && revisions.at(-1) !== rows.length)
      wrong.push(`${name}: the last event of ${thing} was ${revisions.at(-1)} of ${rows.length}`);
  }
  return wrong;
}
