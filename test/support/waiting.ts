import { Deadlines } from "../../src/dispatch/acks/deadlines.ts";
import type { Waiting } from "../../src/dispatch/acks/outcome.ts";
import { WaitingRoom } from "../../src/dispatch/acks/waiting-room.ts";

/** Lets one command at a time wait for acknowledgements. */
export function waitingOfOne(refusalMs = 1_000): Waiting {
  const seats = { commands: 1, characters: 1_000 };
  return { deadlines: new Deadlines(), room: new WaitingRoom(seats, seats), refusalMs };
}
