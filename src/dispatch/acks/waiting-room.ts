// How much may wait for acknowledgements at once: in all, and of one subject, lest it keeps all others out.

import { tooManyWaiting } from "./errors.ts";

/** So many commands, and so many characters of what they said. */
export interface Seats {
  readonly commands: number;
  readonly characters: number;
}

/** What is taken of them; counted in place, since every wait counts several times. */
type Taken = { -readonly [K in keyof Seats]: Seats[K] };

export class WaitingRoom {
  readonly #seats: Seats;
  readonly #seatsEach: Seats;
  readonly #taken: Taken = { commands: 0, characters: 0 };
  readonly #takenBy = new Map<string, Taken>();

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
    const own = this.#takenBy.get(subject) ?? { commands: 0, characters: 0 };
    if (!fits(this.#taken, commands, characters, this.#seats)) throw tooManyWaiting("of this server");
    if (!fits(own, commands, characters, this.#seatsEach)) throw tooManyWaiting(`of '${subject}'`);
    add(this.#taken, commands, characters);
    add(own, commands, characters);
    this.#takenBy.set(subject, own);
    return () => this.#leave(subject, own, commands, characters);
  }

  #leave(subject: string, own: Taken, commands: number, characters: number): void {
    add(this.#taken, -commands, -characters);
    add(own, -commands, -characters);
    if (own.commands === 0) this.#takenBy.delete(subject);
  }
}

function add(taken: Taken, commands: number, characters: number): void {
  taken.commands += commands;
  taken.characters += characters;
}

const fits = (taken: Taken, commands: number, characters: number, seats: Seats): boolean =>
  taken.commands + commands <= seats.commands && taken.characters + characters <= seats.characters;
