// Kinds of the settings about expiring subjects of policies and what is announced of them.

import { type Kind, keeping } from "./setting-kinds.ts";

/** A time above 0 in milliseconds, without an upper end. */
export const granularity: Kind<number> = {
  form: "time, as 1m, 1h or 15d",
  secret: false,
  parse(given) {
    const value = keeping.parse(given);
    if (value === 0) throw new Error("must be a time above 0, as 1m, 1h or 15d");
    return value;
  },
};

/** A number of at least 0, with a fraction if need be. */
export const factor: Kind<number> = {
  form: "number ≥ 0, as 1.0",
  secret: false,
  parse(given) {
    if (!/^\d{1,6}(\.\d{1,6})?$/.test(given)) throw new Error("must be a number of at least 0, as 1.0");
    return Number(given);
  },
};
