// What is to become of requested acknowledgements, said as plainly as possible: no timers, no maps of who waits, everything
// looked up again from what happened so far.

export interface Person {
  readonly labels: readonly string[];
  readonly mayRead: boolean;
  /** The only value that interests it; absent: all. */
  readonly only?: number;
}

interface Asked {
  readonly thing: string;
  readonly correlationId: string;
  readonly deadline: number;
  readonly told: readonly number[];
  /** By label; `undefined` is awaited still. */
  readonly statuses: Map<string, number | undefined>;
}

/** The status of what did not come in time, and of what the server acknowledges for somebody. */
const TIMED_OUT = 408;
const WEAK = 200;

export class Model {
  readonly #people: readonly Person[];
  readonly #isListening: boolean[];
  readonly #asked: Asked[] = [];
  #now = 0;

  constructor(people: readonly Person[]) {
    // A label is of who declares it first; who comes too late declares none.
    const taken = new Set<string>();
    this.#people = people.map((person) => {
      if (person.labels.some((label) => taken.has(label))) return { ...person, labels: [] };
      for (const label of person.labels) taken.add(label);
      return person;
    });
    this.#isListening = people.map(() => true);
  }

  /** Whose label it is; of nobody, -1. */
  ownerOf(label: string): number {
    return this.#people.findIndex(({ labels }) => labels.includes(label));
  }

  toggle(person: number): void {
    this.#isListening[person] = !this.#isListening[person];
  }

  elapse(ms: number): void {
    this.#now += ms;
  }

  /** Gives by which correlation ID others are told. */
  command(thing: string, asked: string, labels: readonly string[], timeout: number, value: number): string {
    const isTaken = (id: string) => this.#waitingFor(thing, id) !== undefined;
    const correlationId = [asked, ...[0, 1, 2, 3, 4, 5, 6, 7, 8, 9].map((n) => `${asked}#${n}`)].find(
      (id) => !isTaken(id),
    ) as string;
    const told = this.#people.flatMap(({ mayRead, only }, i) =>
      mayRead && this.#isListening[i] && (only === undefined || only === value) ? [i] : [],
    );
    const statuses = new Map(
      labels.map((label) => {
        if (label === "twin-persisted") return [label, 204];
        const owner = this.ownerOf(label);
        return [label, owner >= 0 && !told.includes(owner) ? WEAK : undefined];
      }),
    );
    this.#asked.push({ thing, correlationId, deadline: this.#now + timeout, told, statuses });
    return correlationId;
  }

  acknowledge(person: number, thing: string, correlationId: string, label: string, status: number): void {
    const waiting = this.#waitingFor(thing, correlationId);
    if (!waiting?.told.includes(person) || this.ownerOf(label) !== person) return;
    if (waiting.statuses.has(label) && waiting.statuses.get(label) === undefined)
      waiting.statuses.set(label, status);
  }

  /** What each command is told in the end, in their order. */
  outcomes(): readonly Readonly<Record<string, number>>[] {
    return this.#asked.map(({ statuses }) =>
      Object.fromEntries([...statuses].map(([label, status]) => [label, status ?? TIMED_OUT])),
    );
  }

  #waitingFor(thing: string, correlationId: string): Asked | undefined {
    return this.#asked.find(
      (asked) =>
        asked.thing === thing &&
        asked.correlationId === correlationId &&
        asked.deadline > this.#now &&
        [...asked.statuses.values()].includes(undefined),
    );
  }
}
