// A simulated machine: four features whose values wander as those of a real one might.

export const namespace = "org.pollux.demo";
export const policyIdOf = (factory: number): string => `${namespace}:factory-${factory}`;
export const machineIdOf = (factory: number, machine: number): string =>
  `${namespace}:factory-${factory}.machine-${machine}`;

/** What a feature's properties hold. */
export interface Reading {
  readonly value: number;
  readonly unit: string;
  /** When it was taken, in milliseconds since the epoch; the watcher tells from it how old an event is. */
  readonly at: number;
}

interface Sensor {
  readonly unit: string;
  readonly start: number;
  next(value: number): number;
}

/** A walk that is drawn back to its start, so that it neither drifts away nor stands still. */
const wandering = (unit: string, start: number, step: number): Sensor => ({
  unit,
  start,
  next: (value) => round(value + (start - value) * 0.05 + (Math.random() - 0.5) * step),
});

const round = (value: number): number => Math.round(value * 1_000) / 1_000;

export const sensors: Readonly<Record<string, Sensor>> = {
  temperature: wandering("°C", 60, 2),
  vibration: wandering("mm/s", 1.5, 0.3),
  power: wandering("kW", 22, 3),
  counter: { unit: "pieces", start: 0, next: (value) => value + 1 },
};

export const sensorNames: readonly string[] = Object.keys(sensors);

/** Now, with a fraction of a millisecond. */
export const now = (): number => performance.timeOrigin + performance.now();

export const firstReading = (sensor: string): Reading => {
  const { unit, start } = sensors[sensor] as Sensor;
  return { value: start, unit, at: now() };
};

export const nextReading = (sensor: string, last: number): Reading => {
  const { unit, next } = sensors[sensor] as Sensor;
  return { value: next(last), unit, at: now() };
};
