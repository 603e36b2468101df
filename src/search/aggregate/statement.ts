// An aggregation as a statement, in three steps: what the caller may read of each thing, what of that groups and numbers are
// made of, and the groups. `offset 0` keeps the steps apart, so that nothing is worked out more than once for a thing.

import type { SearchField } from "../field.ts";
import { orderExpressions } from "../sql/literal.ts";
import { matching } from "../sql/matching.ts";
import { visibleValue } from "../sql/value.ts";
import { Parameters, type Statement } from "../statement.ts";
import type { Caller, Circumstances, Wanted } from "../wanted.ts";
import type { Aggregate, Asked, GroupField } from "./asked.ts";
import { truncatedTime } from "./time-sql.ts";

export interface Aggregation {
  readonly asked: Asked;
  readonly wanted: Wanted;
}

/** Longest text that things are grouped by, in characters; what is longer counts by its beginning, as in sorting. */
const MAX_KEY = 256;

/**
 * A statement whose rows are groups: columns `g0`, `g1`… hold the keys (JSON, or for times their milliseconds, as text),
 * `x0`, `x1`… the aggregates. It gives one row more than the size where there are more groups. Without a caller it is the server
 * itself that asks, which may read everything.
 */
export function aggregationStatement(
  { asked, wanted }: Aggregation,
  caller: Caller | undefined,
  circumstances: Circumstances,
): Statement {
  const parameters = new Parameters();
  const fields = new Fields();
  const { groupBy, aggregates, size } = asked;
  const keys = groupBy.map((group, i) => `${keyOf(group, fields.place(group.field))} as k${i}`);
  const told = aggregates.map((aggregate, i) => `(${toldBy(aggregate, fields)})::text as x${i}`);
  const numbers = fields.numbers.map((place) => `${numberIn(`v${place}`)} as n${place}`);
  const values = fields.all.map((field, i) => `${visibleValue(parameters, field, caller)} as v${i}`);
  const seen = `select ${values.join(", ")} ${matching(parameters, wanted, caller, circumstances, fields.all)} offset 0`;
  const made = `select ${[...keys, ...numbers].join(", ")} from (${seen}) as seen offset 0`;
  const names = groupBy.map((_, i) => `k${i}`);
  const shown = [...names.map((name, i) => `${name}::text as g${i}`), ...told].join(", ");
  const grouped = names.length === 0 ? "" : ` group by ${names.join(", ")} order by ${orderOf(groupBy)}`;
  const limit = parameters.addAs("bigint", String(size + 1));
  return {
    text: `select ${shown} from (${made}) as made${grouped} limit ${limit}`,
    parameters: parameters.values,
  };
}

/** The fields of an aggregation, each once; their values are columns `v0`, `v1`…, their numbers `n0`, `n1`…. */
class Fields {
  readonly all: SearchField[] = [];
  readonly #places = new Map<string, number>();
  readonly #numbers = new Set<number>();

  place(field: SearchField): number {
    const key = JSON.stringify(field);
    const known = this.#places.get(key);
    if (known !== undefined) return known;
    const place = this.all.push(field) - 1;
    this.#places.set(key, place);
    return place;
  }

  /** The column of a field's numbers. */
  number(field: SearchField): string {
    const place = this.place(field);
    this.#numbers.add(place);
    return `n${place}`;
  }

  get numbers(): readonly number[] {
    return [...this.#numbers];
  }
}

const numberIn = (value: string): string =>
  `case when jsonb_typeof(${value}) = 'number' then ${value}::numeric end`;

/** Objects and arrays are nothing to group by: a caller may be allowed to read an object, but not all that is in it. */
function keyOf({ truncation }: GroupField, place: number): string {
  const value = `v${place}`;
  if (truncation) return truncatedTime(value, truncation);
  return (
    `case jsonb_typeof(${value}) when 'string' then to_jsonb(left(${value} #>> '{}', ${MAX_KEY})) ` +
    `when 'object' then null when 'array' then null else ${value} end`
  );
}

function toldBy(aggregate: Aggregate, fields: Fields): string {
  switch (aggregate.kind) {
    case "count":
      return aggregate.field ? `count(${fields.number(aggregate.field)})` : "count(*)";
    case "sum":
    case "avg":
      return `trim_scale(${aggregate.kind}(${fields.number(aggregate.field)}))`;
    case "min":
    case "max":
      return `${aggregate.kind}(${fields.number(aggregate.field)})`;
    case "percentile":
      return `percentile_disc(${aggregate.share}) within group (order by ${fields.number(aggregate.field)})`;
  }
}

const orderOf = (groupBy: readonly GroupField[]): string =>
  groupBy
    .flatMap(({ truncation }, i) => {
      if (truncation) return [`k${i} nulls first`];
      const { rank, number, text } = orderExpressions(`k${i}`);
      return [`k${i} is not null`, rank, number, text];
    })
    .join(", ");
