import { Deadlines } from "../../src/dispatch/acks/deadlines.ts";
import type { Waiting, WhenIndexed } from "../../src/dispatch/acks/outcome.ts";
import { repliesRegistry } from "../../src/dispatch/acks/replies-registry.ts";
import { WaitingRoom } from "../../src/dispatch/acks/waiting-room.ts";

/** An index that never comes so far. */
export const neverIndexed: WhenIndexed = () => undefined;

/** Lets one command at a time wait for acknowledgements. */
export function waitingOfOne(refusalMs = 1_000): Waiting {
  const seats = { commands: 1, characters: 1_000 };
  const room = new WaitingRoom(seats, seats);
  const replies = repliesRegistry();
  return { deadlines: new Deadlines(), room, replies, refusalMs, whenIndexed: neverIndexed };
}
