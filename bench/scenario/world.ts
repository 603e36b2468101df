// Five factories with lines of machines, each with some sensors; and the messages of those. Shared by all programs of the scenario.

export const FACTORIES = 5;
/** The first of them speak Kafka, the others MQTT. */
const KAFKA_FACTORIES = 3;
const LINES = 20;
export const SENSORS_OF_A_MACHINE = 5;
/** The feature that predictions are written to. */
export const PREDICTION = "prediction";

export type Transport = "kafka" | "mqtt";

export const factoriesOf = (transport: Transport): readonly number[] =>
  Array.from({ length: FACTORIES }, (_, factory) => factory).filter(
    (factory) => factory < KAFKA_FACTORIES === (transport === "kafka"),
  );

export const namespaceOf = (factory: number): string => `org.pollux.factory${factory}`;
export const policyOf = (factory: number): string => `${namespaceOf(factory)}:policy`;

/** Machines of each factory; there is at least one for each line. */
export const machinesOf = (sensors: number): number =>
  Math.max(LINES, Math.ceil(sensors / FACTORIES / SENSORS_OF_A_MACHINE));

export const lineOf = (machine: number): number => machine % LINES;

/** The n-th of the dashboards looks at a line of a factory. */
export const watchOf = (dashboard: number): { readonly factory: number; readonly line: number } => ({
  factory: dashboard % FACTORIES,
  line: Math.floor(dashboard / FACTORIES) % LINES,
});

export const watchKey = (factory: number, line: number): string => `${factory}/${line}`;

export const machineId = (factory: number, machine: number): string =>
  `${namespaceOf(factory)}:machine-${machine}`;

export function machineText(factory: number, machine: number): string {
  const sensors = Array.from({ length: SENSORS_OF_A_MACHINE }, (_, sensor) => [
    `sensor-${sensor}`,
    { properties: { unit: "mm/s", calibrated: "2026-01-01", reading: { value: 1, sentAt: 0 } } },
  ]);
  return JSON.stringify({
    policyId: policyOf(factory),
    attributes: {
      ...{ factory, line: lineOf(machine), serial: `serial-${factory}-${machine}` },
      note: "A machine of the scenario, with some words about it. ".repeat(4),
    },
    features: Object.fromEntries(sensors),
  });
}

/** A reading in the Ditto Protocol; `sentAt` is in milliseconds. */
export const readingText = (
  factory: number,
  machine: number,
  sensor: number,
  turn: number,
  sentAt: number,
): string =>
  `{"topic":"${namespaceOf(factory)}/machine-${machine}/things/twin/commands/modify","headers":{"content-type":"application/json"},"path":"/features/sensor-${sensor}/properties/reading","value":{"value":${
    1 + ((turn * 7 + machine) % 97) / 100
  },"sentAt":${sentAt}}}`;

/** Where the readings of a factory go to. */
export const addressOf = (transport: Transport, factory: number): string =>
  transport === "kafka" ? `factory-${factory}` : `factories/${factory}`;
