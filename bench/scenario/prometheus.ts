// What a server tells Prometheus, as numbers.

/** Adds up all series of a metric whose labels hold these texts, such as `direction="inbound"`; 0 where there is none. */
export function sumOf(metrics: string, name: string, ...labels: readonly string[]): number {
  return metrics
    .split("\n")
    .filter((line) => line.startsWith(`${name}{`) || line.startsWith(`${name} `))
    .filter((line) => labels.every((label) => line.includes(label)))
    .reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(" ") + 1)), 0);
}
