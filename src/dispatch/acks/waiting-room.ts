// How much may wait for acknowledgements at once: in all, and of one subject, lest it keeps all others out.

import { tooManyWaiting } from "./errors.ts";

/** So many commands, and so many characters of what they said. */
export interface Seats {
  readonly commands: number;
  readonly characters: number;
}

export class WaitingRoom {
  readonly #seats: Seats;
  readonly #seatsEach: Seats;
  #taken: Seats = { commands: 0, characters: 0 };
  readonly #takenBy = new Map<string, Seats>();

  /** `seats` of all subjects together, `seatsEach` of one. */
  constructor(seats: Seats, seatsEach: Seats) {
    this.#seats = seats;
    this.#seatsEach = seatsEach;
  }

  /** How many commands wait. */
  get size(): number {
    return this.#taken.commands;
  }

  /** Lets a command in; refuses with `too.many.requests` where it is full. Gives what lets it out, to be called once. */
  enter(subject: string, characters: number): () => void {
    return this.#take(subject, 1, characters);
  }

  /** Takes in what has come for a command that waits, just as {@link enter} does; it has to be let go of before the command. */
  hold(subject: string, characters: number): () => void {
    return this.#take(subject, 0, characters);
  }

  #take(subject: string, commands: number, characters: number): () => void {
    const all = plus(this.#taken, commands, characters);
    const own = plus(this.#takenBy.get(subject), commands, characters);
    if (!fits(all, this.#seats)) throw tooManyWaiting("of this server");
    if (!fits(own, this.#seatsEach)) throw tooManyWaiting(`of '${subject}'`);
    this.#taken = all;
    this.#takenBy.set(subject, own);
    return () => this.#leave(subject, commands, characters);
  }

  #leave(subject: string, commands: number, characters: number): void {
    this.#taken = plus(this.#taken, -commands, -characters);
    const own = plus(this.#takenBy.get(subject), -commands, -characters);
    if (own.commands === 0) this.#takenBy.delete(subject);
    else this.#takenBy.set(subject, own);
  }
}

const nothing: Seats = { commands: 0, characters: 0 };
const plus = (taken: Seats = nothing, commands: number, characters: number): Seats => ({
  commands: taken.commands + commands,
  characters: taken.characters + characters,
});

const fits = (taken: Seats, seats: Seats): boolean =>
  taken.commands <= seats.commands && taken.characters <= seats.characters;
