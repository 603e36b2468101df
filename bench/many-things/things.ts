import { namespace } from "../target.ts";

/** So many policies, which all things are under in turn. */
export const policies = 1_000;

export const aThing = (i: number): string => `${namespace}:thing-${i}`;

/** Numbers of things all over, each other than those before it for as many as there are; 0 for the first. */
export const scattered = (turn: number, things: number): number =>
  Number((BigInt(turn) * 7_368_787n) % BigInt(things));
