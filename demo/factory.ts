// One simulated factory: its policy, its machines as twins, and the readings they push over one WebSocket.

import {
  type DittoHttpClient,
  type DittoWebSocketTwinClient,
  Entries,
  Policy,
  Thing,
} from "@eclipse-ditto/ditto-javascript-client-node";
import { Bearing, bearing, perSecond as bearingPerSecond } from "./bearing.ts";
import { closeClient, type Login, twinClient } from "./ditto-clients.ts";
import type { Figures } from "./figures.ts";
import { firstReading, machineIdOf, nextReading, policyIdOf, sensorNames } from "./machine.ts";
import { eachOf, range } from "./pool.ts";

const creationsAtOnce = 32;
/** A factory whose server does not keep up takes no further readings; they are not made up for later. */
const readingsAtOnce = 64;
const tickMs = 20;

export class Factory {
  readonly #client: DittoWebSocketTwinClient;
  readonly #number: number;
  readonly #machines: number;
  readonly #last = new Map<string, number>();
  #underWay = 0;

  private constructor(client: DittoWebSocketTwinClient, number: number, machines: number) {
    this.#client = client;
    this.#number = number;
    this.#machines = machines;
  }

  static async open(url: string, login: Login, number: number, machines: number): Promise<Factory> {
    return new Factory(await twinClient(url, login), number, machines);
  }

  /** Creates the policy and the twins; `onTwin` is told of each. */
  async build(http: DittoHttpClient, subject: string, onTwin: () => void): Promise<void> {
    await http.getPoliciesHandle().putPolicy(new Policy(policyIdOf(this.#number), ownedBy(subject)));
    const things = this.#client.getThingsHandle();
    await eachOf(range(1, this.#machines), creationsAtOnce, async (machine) => {
      await things.putThing(twinOf(this.#number, machine, machine === 1));
      onTwin();
    });
  }

  /** Pushes what the bearing of the first machine does until told to stop. */
  async runBearing(figures: Figures, stop: AbortSignal): Promise<void> {
    const worn = new Bearing();
    const features = this.#client.getFeaturesHandle(machineIdOf(this.#number, 1));
    while (!stop.aborted) {
      const sentAt = performance.now();
      try {
        await features.putProperties(bearing, worn.read());
        figures.readings.add(performance.now() - sentAt);
      } catch (reason) {
        if (!stop.aborted) figures.fail(reason);
      }
      await new Promise((resolve) => setTimeout(resolve, 1_000 / bearingPerSecond));
    }
  }

  /** Pushes readings of machines and sensors taken at random until told to stop. */
  async run(perSecond: number, figures: Figures, stop: AbortSignal): Promise<void> {
    let due = 0;
    let lastTick = performance.now();
    while (!stop.aborted) {
      await new Promise((resolve) => setTimeout(resolve, tickMs));
      const tick = performance.now();
      due += ((tick - lastTick) / 1_000) * perSecond;
      lastTick = tick;
      for (; due >= 1; due--) {
        if (this.#underWay < readingsAtOnce) void this.#push(figures, stop);
      }
    }
    while (this.#underWay > 0) await new Promise((resolve) => setTimeout(resolve, tickMs));
  }

  /** Removes what {@link build} made. */
  async demolish(http: DittoHttpClient): Promise<void> {
    const things = this.#client.getThingsHandle();
    await eachOf(range(1, this.#machines), creationsAtOnce, (machine) =>
      things.deleteThing(machineIdOf(this.#number, machine)).catch(() => {}),
    );
    await http
      .getPoliciesHandle()
      .deletePolicy(policyIdOf(this.#number))
      .catch(() => {});
  }

  close(): Promise<void> {
    return closeClient(this.#client);
  }

  async #push(figures: Figures, stop: AbortSignal): Promise<void> {
    const machine = 1 + Math.floor(Math.random() * this.#machines);
    const sensor = sensorNames[Math.floor(Math.random() * sensorNames.length)] as string;
    const key = `${machine}/${sensor}`;
    const reading = nextReading(sensor, this.#last.get(key) ?? firstReading(sensor).value);
    this.#last.set(key, reading.value);
    this.#underWay++;
    const sentAt = performance.now();
    try {
      const features = this.#client.getFeaturesHandle(machineIdOf(this.#number, machine));
      await features.putProperties(sensor, reading);
      figures.readings.add(performance.now() - sentAt);
    } catch (reason) {
      if (!stop.aborted) figures.fail(reason);
    } finally {
      this.#underWay--;
    }
  }
}

const all = { grant: ["READ", "WRITE"], revoke: [] };

/** A policy that gives a subject everything. */
export const ownedBy = (subject: string): Entries =>
  Entries.fromObject({
    owner: {
      subjects: { [subject]: { type: "the demo" } },
      resources: { "thing:/": all, "policy:/": all, "message:/": all, "predictor:/": all },
    },
  });

const twinOf = (factory: number, machine: number, hasBearing: boolean): Thing =>
  Thing.fromObject({
    thingId: machineIdOf(factory, machine),
    policyId: policyIdOf(factory),
    attributes: { factory, line: machine % 10, serial: `SN-${factory}-${machine}` },
    features: {
      ...Object.fromEntries(sensorNames.map((name) => [name, { properties: firstReading(name) }])),
      ...(hasBearing && { [bearing]: { properties: {} } }),
    },
  });
