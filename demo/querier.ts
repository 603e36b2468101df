import { setTimeout as sleep } from "node:timers/promises";
import type { DittoHttpClient } from "@eclipse-ditto/ditto-javascript-client-node";
import type { Figures } from "./figures.ts";
import { machineIdOf, sensorNames } from "./machine.ts";
import type { Options } from "./options.ts";

const perSecond = 20;

/** Asks over HTTP for a machine, for one of its features and for several machines in turn, until told to stop. */
export async function query(
  client: DittoHttpClient,
  { factories, sensors }: Options,
  figures: Figures,
  stop: AbortSignal,
): Promise<void> {
  const anyMachine = () =>
    machineIdOf(1 + Math.floor(Math.random() * factories), 1 + Math.floor(Math.random() * sensors));
  const things = client.getThingsHandle();
  const questions = [
    () => things.getThing(anyMachine()),
    () => client.getFeaturesHandle(anyMachine()).getProperties(sensorNames[0] as string),
    () => things.getThings([anyMachine(), anyMachine(), anyMachine()]),
  ];
  for (let turn = 0; !stop.aborted; turn++) {
    const askedAt = performance.now();
    try {
      await questions[turn % questions.length]?.();
      figures.queries.add(performance.now() - askedAt);
    } catch (reason) {
      if (!stop.aborted) figures.fail(reason);
    }
    await sleep(1_000 / perSecond);
  }
}
