// Times in the index as SQL: ISO 8601 texts and milliseconds since the epoch, cut to the span they lie in. What is no time
// is null; nothing that a thing holds makes these expressions fail.

import { FIRST_MS, LAST_MS, type Truncation } from "./truncation.ts";

/**
 * A date, or a date with a time and its zone. Every part is within its bounds, but for the day of the month. Groups: year,
 * month, day, hour, minute, second, fraction, sign, hours and minutes of the zone.
 */
const ISO =
  "^(?!0000)([0-9]{4})-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])" +
  "(?:[Tt]([01][0-9]|2[0-3]):([0-5][0-9])(?::([0-5][0-9])(?:[.]([0-9]{1,9}))?)?" +
  "(?:[Zz]|([-+])(0[0-9]|1[0-8]):([0-5][0-9])))?$";
/** No time is longer, and long texts need not be matched. */
const MAX_TEXT = 40;

/** The beginning of the span that the time in a value (jsonb) lies in, in milliseconds since the epoch. */
export function truncatedTime(value: string, truncation: Truncation): string {
  const time =
    `case jsonb_typeof(${value}) when 'number' then ${millisecondsOfNumber(value)} ` +
    `when 'string' then ${millisecondsOfText(value)} end`;
  return (
    `(select ${startOf("at.ms", truncation)} from (select ${time} as ms offset 0) as at ` +
    `where at.ms between ${FIRST_MS} and ${LAST_MS})`
  );
}

const millisecondsOfNumber = (value: string): string =>
  `(case when (${value})::numeric between ${FIRST_MS} and ${LAST_MS} then floor((${value})::numeric)::bigint end)`;

function millisecondsOfText(value: string): string {
  const part = (place: number) => `coalesce(p[${place}], '0')::bigint`;
  const firstOfMonth = "make_date(p[1]::int, p[2]::int, 1)";
  const lastOfMonth = `extract(day from ${firstOfMonth} + interval '1 month' - interval '1 day')`;
  const day = `(${firstOfMonth} - date '1970-01-01' + p[3]::int - 1)`;
  const zone = `(case p[8] when '-' then -1 else 1 end) * (${part(9)} * 60 + ${part(10)})`;
  const minutes = `${day}::bigint * 1440 + ${part(4)} * 60 + ${part(5)} - ${zone}`;
  const fraction = "rpad(left(coalesce(p[7], '0'), 3), 3, '0')::bigint";
  const milliseconds = `((${minutes}) * 60 + ${part(6)}) * 1000 + ${fraction}`;
  return (
    `(select case when p[3]::int <= ${lastOfMonth} then ${milliseconds} end ` +
    `from regexp_match(left(${value} #>> '{}', ${MAX_TEXT}), '${ISO}') as p)`
  );
}

function startOf(ms: string, truncation: Truncation): string {
  if (truncation.kind === "fixed") {
    const { lengthMs, offsetMs } = truncation;
    const from = `(${ms} - ${offsetMs})`;
    // The remainder has the sign of the dividend.
    return `${ms} - ((${from} % ${lengthMs}) + ${lengthMs}) % ${lengthMs}`;
  }
  const start = `date_trunc('${truncation.kind}', to_timestamp(${ms} / 1000.0) at time zone 'UTC')`;
  return `(extract(epoch from ${start}) * 1000)::bigint`;
}
