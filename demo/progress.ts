import { count, type Figures, latencies, rate } from "./figures.ts";

const isTerminal = process.stdout.isTTY === true;
const everyMs = isTerminal ? 1_000 : 5_000;

/** Shows a line that replaces the last one in a terminal, and is a line of its own elsewhere. */
export function show(line: string): void {
  process.stdout.write(isTerminal ? `\r\x1b[K${line}` : `${line}\n`);
}

/** Ends the line that {@link show} left open. */
export function endLine(): void {
  if (isTerminal) process.stdout.write("\n");
}

/** Shows the figures every second (every five where nobody looks) until stopped by the function returned. */
export function showFigures(figures: Figures): () => void {
  const startedAt = performance.now();
  let lastAt = startedAt;
  const timer = setInterval(() => {
    const now = performance.now();
    const seconds = (now - lastAt) / 1_000;
    lastAt = now;
    show(
      `${clock((now - startedAt) / 1_000)}  readings ${figures.readings.look(seconds)}  ` +
        `events ${figures.events.look(seconds)}  predictions ${figures.predictions.look(seconds)}  ` +
        `queries ${figures.queries.look(seconds)}  errors ${figures.errors}`,
    );
  }, everyMs);
  return () => clearInterval(timer);
}

const clock = (seconds: number): string => {
  const two = (value: number) => String(Math.floor(value)).padStart(2, "0");
  return `${two(seconds / 60)}:${two(seconds % 60)}`;
};

/** What became of the bearings. */
export function bearings({ predictions, serviceSoon }: Figures): string {
  const soon = [...serviceSoon].map(
    ([machine, times]) => `${machine}${times > 1 ? ` (${times} times)` : ""}`,
  );
  return (
    `Bearings: ${count(predictions.total.count)} scores seen (${latencies(predictions.total)} after the reading); ` +
    `service due soon: ${soon.length > 0 ? soon.join(", ") : "none"}`
  );
}

/** The last line: what was done in all. */
export function totals(factories: number, figures: Figures, seconds: number): string {
  const { readings, events, queries } = figures;
  return (
    `Totals: ${factories} factories, ${count(figures.twins)} twins, ${seconds.toFixed(1)} s; ` +
    `${count(readings.total.count)} readings acknowledged (${rate(readings.total.count / seconds)}, ` +
    `${latencies(readings.total)}), ${count(events.total.count)} events seen (${latencies(events.total)}), ` +
    `${count(queries.total.count)} queries (${latencies(queries.total)}), ${figures.errors} errors`
  );
}
