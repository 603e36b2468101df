// The series of a gauge that counts things in groups.

import type { Series } from "../../ops/metrics.ts";
import type { Label } from "../../ops/metrics-config.ts";
import type { Groups } from "./groups.ts";

/**
 * One series for each combination of labels, with the things of all groups that come to it. A placeholder stands for the
 * text of what a group has at its field; a label whose placeholder has no value is told as it was written, as in Ditto.
 */
export function seriesOf(
  labels: readonly Label[],
  names: readonly string[],
  { groups }: Groups,
): readonly Series[] {
  const series = new Map<string, Series>();
  for (const { keys, values } of groups) {
    const texts = labels.map(({ template }) => {
      const [text = template.text] = template.resolve(textsBy(names, keys));
      return text;
    });
    const known = series.get(JSON.stringify(texts));
    series.set(JSON.stringify(texts), {
      labels: Object.fromEntries(labels.map(({ name }, i) => [name, texts[i] as string])),
      value: (known?.value ?? 0) + Number(values[0]),
    });
  }
  return [...series.values()];
}

const textsBy =
  (names: readonly string[], keys: readonly (string | undefined)[]) =>
  (placeholder: string): readonly string[] => {
    const key = keys[names.indexOf(placeholder.slice("group-by:".length))];
    return key === undefined ? [] : [key.startsWith('"') ? (JSON.parse(key) as string) : key];
  };
