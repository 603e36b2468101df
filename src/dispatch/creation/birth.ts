// The birth of a policy with its thing, by the owner of the policy. What creates the thing waits for it in the turn of the thing's ID:
// in a turn itself, two things that are born with policies of each other's IDs would wait for one another.

import type { Command } from "../../signals/signal.ts";

const BIRTH = Symbol("birth");

/** Marks the creation of a policy as one that takes no turn: it is decided as soon as what it needs is loaded. */
export const asBirth = (command: Command): Command => Object.assign({ ...command }, { [BIRTH]: true });

/** Whether it is marked. Copies of the command are marked too, but the mark is no part of its JSON. */
export const isBirth = (command: Command): boolean => BIRTH in command;
