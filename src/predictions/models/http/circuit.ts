// Leaves a server alone that has failed several times in a row.
//
// closed → open after so many server faults in a row; open → half open when the time is over and somebody asks: that one request
// decides whether it is closed or open again, and others wait for it.
//
// In cockatiel whatever is not handled counts as a success of the request that decides; one that was given up is no success, and so
// has a fault of its own that is handled.

import {
  type CircuitBreakerPolicy,
  CircuitState,
  ConsecutiveBreaker,
  circuitBreaker,
  handleWhen,
  isBrokenCircuitError,
} from "cockatiel";
import { ServerFault } from "./faults.ts";

export interface CircuitLimits {
  readonly failuresUntilOpen: number;
  readonly openMs: number;
}

/** Nothing is known of the server after a request that was to decide. */
class Undecided extends Error {
  override readonly name = "Undecided";
}

const deciding = <T>(work: () => Promise<T>): Promise<T> =>
  work().catch((error) => {
    throw error instanceof ServerFault ? error : new Undecided("", { cause: error });
  });

export class Circuit {
  readonly #limits: CircuitLimits;
  readonly #policy: CircuitBreakerPolicy;
  #last: ServerFault | undefined;

  constructor(limits: CircuitLimits) {
    this.#limits = limits;
    this.#policy = circuitBreaker(
      handleWhen((error) => error instanceof ServerFault || error instanceof Undecided),
      {
        halfOpenAfter: limits.openMs,
        breaker: new ConsecutiveBreaker(limits.failuresUntilOpen),
      },
    );
  }

  /** Does some work, unless the circuit is open: rejects with `unavailable` then, and otherwise as the work does. */
  async run<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await this.#policy.execute(() =>
        this.#policy.state === CircuitState.HalfOpen ? deciding(work) : work(),
      );
    } catch (error) {
      if (error instanceof ServerFault) this.#last = error;
      if (error instanceof Undecided) throw error.cause;
      throw isBrokenCircuitError(error) ? new ServerFault("unavailable", this.#sentence()) : error;
    }
  }

  /** Why nothing is asked, while the circuit is open. */
  trouble(): string | undefined {
    return this.#policy.state === CircuitState.Open ? this.#sentence() : undefined;
  }

  #sentence(): string {
    const { failuresUntilOpen, openMs } = this.#limits;
    const last = this.#last ? ` The last one: ${this.#last.message}` : "";
    return `The server of the model has failed (${failuresUntilOpen} in a row open the circuit) and is left alone for ${openMs} ms.${last}`;
  }
}
