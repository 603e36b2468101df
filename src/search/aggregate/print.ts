import type { Asked } from "./asked.ts";
import type { Groups } from "./groups.ts";

/**
 * Groups as JSON. What the things of a group have nothing of is no member of its `by`; an aggregate without any number to
 * work it out of is null. Numbers are printed digit by digit.
 */
export function printGroups(asked: Asked, { groups, truncated }: Groups): string {
  const printed = groups.map(({ keys, values }) => {
    const by = members(asked.groupBy, keys);
    const told = members(
      asked.aggregates,
      values.map((value) => value ?? "null"),
    );
    return `{"by":${by},"values":${told}}`;
  });
  return `{"groups":[${printed.join(",")}],"truncated":${truncated}}`;
}

function members(
  named: readonly { readonly name: string }[],
  texts: readonly (string | undefined)[],
): string {
  const given = named.flatMap(({ name }, i) =>
    texts[i] === undefined ? [] : [`${JSON.stringify(name)}:${texts[i]}`],
  );
  return `{${given.join(",")}}`;
}
