// Whatever comes of messages, and in whichever order: each is handed on in its turn and settled once, by its own outcomes.

import fc from "fast-check";
import { expect, test, vi } from "vitest";
import { receiverOf } from "../../../src/connectivity/inbound/receiver.ts";
import { settlementOf } from "../../../src/connectivity/inbound/settlement.ts";
import { usedSources } from "../../../src/connectivity/inbound/source.ts";
import type { Answer } from "../../../src/conversation/answer.ts";
import {
  acksOf,
  answerOf,
  connectionOf,
  countingMonitor,
  mappingsWith,
  modifyOf,
  receivedOf,
  settle,
  sourceOf,
} from "../world.ts";

/** A message by what becomes of each protocol message that it is mapped to: whether that is waited for, and its status. */
const part = fc.record({ isAwaited: fc.boolean(), status: fc.constantFrom(204, 404, 408, 412, 503) });
const message = fc.array(part, { maxLength: 3 });

test("messages are handed on in their order, and each is settled once by what it waited for", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(message, { maxLength: 8 }), fc.infiniteStream(fc.nat()), async (all, order) => {
      const { monitor } = countingMonitor();
      const ends: { end: (answer: Answer) => void; status: number }[] = [];
      const handedOn: string[] = [];
      const several = {
        incoming: (one: { payload?: { text(): string } | undefined }) =>
          JSON.parse(one.payload?.text() ?? "[]"),
      };
      const acks = acksOf();
      const receiver = receiverOf(
        {
          ...{
            connectionId: "bridge",
            monitor,
            limits: { most: 3, lifetimeMs: 60_000, payloadBytes: 1_000_000 },
            onFault: vi.fn(),
            onAnswer: vi.fn(),
          },
          sources: usedSources(connectionOf({ sources: [sourceOf({ payloadMapping: ["several"] })] })),
          mappings: mappingsWith({ several: several as never }),
          peerOf: () => ({
            ...{
              connectionId: "bridge",
              origin: acks,
              acks,
              declaredAcks: acks.declared,
              settlesByAcks: true,
            },
            ...{ tell: () => undefined, onGone: () => () => undefined },
          }),
          converse: ({ message: said }) => {
            handedOn.push(said.path as string);
            return new Promise((end) => ends.push({ end, status: said.value as number }));
          },
        },
        vi.fn(),
      );
      const received = all.map((parts, i) =>
        receivedOf(
          JSON.stringify(
            parts.map(({ isAwaited, status }, j) => ({
              ...modifyOf(`/attributes/m${i}-${j}`, isAwaited ? {} : { "response-required": false }),
              value: status,
            })),
          ),
        ),
      );
      for (const one of received) receiver.received(0, one);
      expect(handedOn).toEqual(all.flatMap((parts, i) => parts.map((_, j) => `/attributes/m${i}-${j}`)));
      while (ends.length > 0) {
        const [due] = ends.splice(order.next().value % ends.length, 1);
        due?.end(answerOf(due.status));
        await settle();
      }
      for (const [i, parts] of all.entries()) {
        const outcomes = parts.filter(({ isAwaited }) => isAwaited).map(({ status }) => answerOf(status));
        expect(received[i]?.settled).toEqual([settlementOf(outcomes)]);
      }
      await receiver.idle(60_000);
      receiver.close();
    }),
    { numRuns: 50 },
  );
});
