import { vi } from "vitest";
import type { Converse, Said } from "../../../src/connectivity/inbound/converse.ts";
import { receiverOf } from "../../../src/connectivity/inbound/receiver.ts";
import type { Request } from "../../../src/connectivity/inbound/request.ts";
import { usedSources } from "../../../src/connectivity/inbound/source.ts";
import type { Mapper } from "../../../src/connectivity/mapping/mapper.ts";
import type { Source } from "../../../src/connectivity/model.ts";
import type { Answer } from "../../../src/conversation/answer.ts";
import { acksOf, answerOf, connectionOf, countingMonitor, mappingsWith, sourceOf } from "../world.ts";

interface Options {
  readonly converse?: Converse;
  readonly mappers?: Readonly<Record<string, Partial<Mapper>>>;
  readonly most?: number;
  readonly lifetimeMs?: number;
}

/** A receiver of one source, with what is said by it, answered and counted. */
export function worldOf(
  source: Partial<Source> = {},
  { converse, mappers = {}, most = 100, lifetimeMs = 1000 }: Options = {},
) {
  const said: Said[] = [];
  const answers: { request: Request; answer: Answer }[] = [];
  const onRoom = vi.fn();
  const { monitor, counts, abouts } = countingMonitor();
  const acks = acksOf();
  const receiver = receiverOf(
    {
      ...{
        connectionId: "bridge",
        monitor,
        limits: { most, lifetimeMs, payloadBytes: 1_000_000 },
        onFault: vi.fn(),
      },
      mappings: mappingsWith(mappers),
      sources: usedSources(connectionOf({ sources: [sourceOf(source)] })),
      peerOf: ({ declaredAcks }) => ({
        ...{ connectionId: "bridge", origin: acks, acks, declaredAcks, settlesByAcks: true },
        ...{ tell: () => undefined, onGone: () => () => undefined },
      }),
      converse(one) {
        said.push(one);
        return (converse ?? (async () => answerOf(204)))(one);
      },
      onAnswer: (request, answer) => answers.push({ request, answer }),
    },
    onRoom,
  );
  return { receiver, said, answers, counts, abouts, onRoom };
}
