// Commands that ask for acknowledgements, and whoever may give them, against a plain model.

import fc from "fast-check";
import { expect, test, vi } from "vitest";
import { sessionAcks } from "../../../src/conversation/session-acks.ts";
import { type Ack, clientAck, weakAck } from "../../../src/dispatch/acks/ack.ts";
import { awaitedOverHttp } from "../../../src/dispatch/acks/awaited.ts";
import { withCorrelationId } from "../../../src/dispatch/acks/conflict-free.ts";
import { Deadlines } from "../../../src/dispatch/acks/deadlines.ts";
import { acksOf } from "../../../src/dispatch/acks/outcome.ts";
import { repliesRegistry } from "../../../src/dispatch/acks/replies-registry.ts";
import { WaitingRoom } from "../../../src/dispatch/acks/waiting-room.ts";
import { compileEnforcer } from "../../../src/policies/enforcer.ts";
import { localDeclaredAcks } from "../../../src/pubsub/declared-acks.ts";
import type { Delivery } from "../../../src/pubsub/delivery.ts";
import { localPubsub } from "../../../src/pubsub/pubsub.ts";
import { selectionOf } from "../../../src/pubsub/select.ts";
import { neverIndexed } from "../../support/waiting.ts";
import { command as commandOf } from "./asked.ts";
import { Model, type Person } from "./model.ts";

const labels = ["a-ack", "b-ack", "c-ack", "d-ack"];
const things = ["org.acme:lamp", "org.acme:bulb"];

const person: fc.Arbitrary<Person> = fc.record(
  { labels: fc.subarray(labels, { maxLength: 2 }), mayRead: fc.boolean(), only: fc.nat(1) },
  { requiredKeys: ["labels", "mayRead"] },
);
const PEOPLE = 4;
const somebody = fc.nat(PEOPLE - 1);
// No sum of times that elapse is a timeout.
const command = fc.record({
  do: fc.constant("command" as const),
  thing: fc.constantFrom(...things),
  correlationId: fc.constantFrom("x", "y"),
  labels: fc.subarray(["twin-persisted", ...labels], { minLength: 3 }),
  timeout: fc.constantFrom(101, 333, 777),
  value: fc.nat(1),
});
const acknowledge = fc.record({
  do: fc.constant("acknowledge" as const),
  /** Who is not to; absent: whose label it is. */
  foreigner: fc.option(somebody, { nil: undefined }),
  /** Counted from the newest command. */
  which: fc.nat(2),
  label: fc.constantFrom(...labels),
  status: fc.constantFrom(200, 204, 400, 503),
});
const step = fc.oneof(
  { arbitrary: command, weight: 3 },
  { arbitrary: acknowledge, weight: 6 },
  fc.record({ do: fc.constant("elapse" as const), ms: fc.constantFrom(50, 100, 250) }),
  fc.record({ do: fc.constant("toggle" as const), person: somebody }),
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

/** The server's parts that acknowledgements go through, and what comes of the commands. */
function world(people: readonly Person[]) {
  const replies = repliesRegistry();
  const deadlines = new Deadlines();
  const seats = { commands: 1_000, characters: 1_000_000 };
  const room = new WaitingRoom(seats, seats);
  const declared = localDeclaredAcks();
  const pubsub = localPubsub({
    isDeclared: declared.isDeclared,
    weakAck: (id, correlationId, label) => replies.ack(id, correlationId, weakAck(label, correlationId)),
  });
  const resources = { "thing:/": { grant: ["READ"], revoke: [] } };
  const readers = people.flatMap(({ mayRead }, i) => (mayRead ? [[`s:${i}`, { type: "t" }]] : []));
  const enforcer = compileEnforcer([{ subjects: Object.fromEntries(readers), resources } as never]);
  const outcomes: Promise<readonly Ack[] | "accepted">[] = [];

  const sessions = people.map(({ labels: wanted, only }, i) => {
    const taken = attempt(() => declared.declare(wanted));
    const acks = sessionAcks(taken ? wanted : [], (ack) =>
      replies.ack(ack.id, ack.correlationId, clientAck(ack), ack.characters),
    );
    const filter = only === undefined ? undefined : `eq(attributes/n,${only})`;
    const subscriber = {
      declaredAcks: acks.declared,
      deliver: ({ signal }: Delivery) => void acks.asked(signal),
    };
    const join = () =>
      pubsub.subscribe({
        stream: "EVENTS",
        subjects: [`s:${i}`],
        selection: selectionOf({ filter }),
        subscriber,
      });
    let leave: (() => void) | undefined = join();
    return {
      toggle() {
        leave?.();
        leave = leave ? undefined : join();
      },
      acknowledge(id: string, correlationId: string, label: string, status: number) {
        if (!acks.declared.has(label)) return;
        const message = { id, headers: { "correlation-id": correlationId }, characters: 10 };
        acks.take({ label, status }, message, { subjects: [`s:${i}`] });
      },
    };
  });

  return {
    sessions,
    outcomes,
    isIdle: () => replies.size + deadlines.size + room.size === 0,
    run(what: Extract<Step, { do: "command" }>): void {
      const { thing: id, correlationId, value } = what;
      const headers = {
        "requested-acks": what.labels,
        timeout: `${what.timeout}ms`,
        "correlation-id": correlationId,
      };
      const said = commandOf(headers, { id, path: ["attributes", "n"], value });
      const waiter = {
        id,
        subject: "s:a",
        correlationId,
        characters: 10,
        onGone: () => () => undefined,
        onCommitted: () => undefined,
        onFault: (error: unknown) => expect.unreachable(String(error)),
      };
      const run = async (by: string) => {
        const { path, headers: told } = withCorrelationId(said, by);
        const change = { kind: "thing", id, action: "modified", path, value } as const;
        const state = { value: { attributes: { n: value } }, revision: 2, created: 0, modified: 0 };
        pubsub.publish({ ...change, revision: 2, timestamp: 0, headers: told }, enforcer, undefined, state);
        return { status: 204 };
      };
      const ackOf = () => ({ label: "twin-persisted", status: 204, headers: {} });
      const waiting = { replies, deadlines, room, refusalMs: 0, whenIndexed: neverIndexed };
      outcomes.push(acksOf(awaitedOverHttp(said), run, ackOf, waiter, waiting));
    },
  };
}

function attempt(action: () => unknown): boolean {
  try {
    action();
    return true;
  } catch {
    return false;
  }
}

async function follow(people: readonly Person[], steps: readonly Step[]): Promise<void> {
  const model = new Model(people);
  const real = world(people);
  const commands: { readonly thing: string; readonly correlationId: string }[] = [];
  for (const what of steps) {
    switch (what.do) {
      case "command":
        real.run(what);
        commands.unshift({
          thing: what.thing,
          correlationId: model.command(what.thing, what.correlationId, what.labels, what.timeout, what.value),
        });
        break;
      case "acknowledge": {
        const about = commands[what.which];
        if (!about) break;
        const { thing, correlationId } = about;
        const by = what.foreigner ?? model.ownerOf(what.label);
        real.sessions[by]?.acknowledge(thing, correlationId, what.label, what.status);
        model.acknowledge(by, thing, correlationId, what.label, what.status);
        break;
      }
      case "elapse":
        model.elapse(what.ms);
        await vi.advanceTimersByTimeAsync(what.ms);
        break;
      case "toggle":
        real.sessions[what.person]?.toggle();
        model.toggle(what.person);
        break;
    }
    await vi.advanceTimersByTimeAsync(0);
  }
  await vi.advanceTimersByTimeAsync(1_000);
  const outcomes = await Promise.all(real.outcomes);
  const statuses = outcomes.map((acks) =>
    Object.fromEntries((acks as readonly Ack[]).map(({ label, status }) => [label, status])),
  );
  expect(statuses).toEqual(model.outcomes());
  expect(real.isIdle()).toBe(true);
}

test("commands are told which acknowledgements came from whom they were for, in time, and only those", async () => {
  vi.useFakeTimers();
  try {
    const people = fc.array(person, { minLength: PEOPLE, maxLength: PEOPLE });
    await fc.assert(fc.asyncProperty(people, fc.array(step, { maxLength: 40, size: "max" }), follow), {
      numRuns: 500,
    });
  } finally {
    vi.useRealTimers();
  }
});
