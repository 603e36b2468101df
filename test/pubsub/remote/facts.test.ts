// What members know of one another while they do not see the same view. No real cluster lets a test choose who sees a view when, so that
// views are handed out here; what is asked and told goes from one to the other at once.

import { expect, test } from "vitest";
import type { Cluster, ViewChange, ViewListener } from "../../../src/cluster/cluster.ts";
import { type Answer, Unreachable } from "../../../src/cluster/wire.ts";
import { type SharedFacts, sharedFacts } from "../../../src/pubsub/remote/facts.ts";

interface Member {
  readonly facts: SharedFacts;
  /** Has it see a view with these members, which it has adopted when that resolves. */
  see(...ids: readonly string[]): Promise<void>;
}

function members<const T extends string>(...ids: readonly T[]): Record<T, Member> {
  const answers = new Map<string, Map<string, Answer>>();
  const made = ids.map((id): [string, Member] => {
    const own = new Map<string, Answer>();
    answers.set(id, own);
    let seen: readonly string[] = [];
    const listeners: ViewListener[] = [];
    const request = async (to: string, topic: string, payload: string): Promise<string> => {
      const answer = answers.get(to)?.get(topic);
      if (!answer || !seen.includes(to)) throw new Unreachable("gone", true);
      return answer(payload, id);
    };
    const wire = {
      request,
      onRequest: (topic: string, answer: Answer) => own.set(topic, answer),
      requestAll: async (topic: string, payload: string) =>
        void (await Promise.all(
          seen.filter((other) => other !== id).map((other) => request(other, topic, payload)),
        )),
    };
    const cluster = {
      ...{ self: { id, name: id }, wire },
      get members() {
        return seen.map((other) => ({ id: other, name: other }));
      },
      watch: (listener: ViewListener) => listeners.push(listener),
    } as unknown as Cluster;
    const nothing = (): void => undefined;
    const facts = sharedFacts(cluster, nothing, nothing);
    return [
      id,
      {
        facts,
        async see(...now) {
          const joined = now.filter((other) => other !== id && !seen.includes(other));
          seen = now;
          const change = { gone: [], joined: joined.map((other) => ({ id: other, name: other })) };
          for (const { viewed } of listeners) viewed?.(change as unknown as ViewChange);
          for (const { release } of listeners) await release?.(change as unknown as ViewChange);
        },
      },
    ];
  });
  return Object.fromEntries(made) as Record<T, Member>;
}

const knownOf = ({ facts }: Member, member: string) => [...(facts.of(member, "EVENTS") ?? [["*", 0]])];

test("a newcomer knows what was told to others only, once the member that told it has adopted the view", async () => {
  const { a, b, newcomer } = members("a", "b", "newcomer");
  await Promise.all([a.see("a", "b"), b.see("a", "b")]);
  a.facts.put("EVENTS", "t:early", 1);
  await a.facts.known();

  await newcomer.see("a", "b", "newcomer");
  await newcomer.facts.complete();
  a.facts.put("EVENTS", "t:late", 2);
  await a.facts.known(); // its session is told that it will miss nothing
  expect(knownOf(newcomer, "a")).toEqual([["t:early", 1]]);

  await a.see("a", "b", "newcomer");
  // From here on the newcomer may own things: what it does not know of it tells.
  expect([...knownOf(newcomer, "a")]).not.toEqual([["t:early", 1]]);
  await newcomer.facts.complete();
  expect(knownOf(newcomer, "a")).toEqual([
    ["t:early", 1],
    ["t:late", 2],
  ]);
});

test("a newcomer that knows all does not ask for it again", async () => {
  const { a, newcomer } = members("a", "newcomer");
  await a.see("a");
  a.facts.put("EVENTS", "t:early", 1);
  await a.facts.known();
  await newcomer.see("a", "newcomer");
  await newcomer.facts.complete();
  await a.see("a", "newcomer");
  expect(knownOf(newcomer, "a")).toEqual([["t:early", 1]]);
});
