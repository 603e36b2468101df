// What operators are told of wrong passwords: a bounded number of lines, and never what was given.

/** Wrong passwords came, of which the last is described. */
export interface FailedLogin {
  readonly what: "a login failed";
  /** By which it is counted. */
  readonly address: string;
  /** Whose password was wrong; absent where there is no such user, as the name may be a password in the wrong field. */
  readonly user?: string;
  /** How many more failed since the one that was told before. */
  readonly untold: number;
}

/** Takes a failed login from an address. */
export type OnFailedLogin = (address: string, user: string | undefined) => void;

const TOLD_IN_A_WINDOW = 20;
const WINDOW_MS = 60_000;

/** Passes on at most twenty in a minute; the next one that is passed on says how many were not. */
export function failedLogins(tell: (fact: FailedLogin) => void, now: () => number = Date.now): OnFailedLogin {
  let begun = Number.NEGATIVE_INFINITY;
  let told = 0;
  let untold = 0;
  return (address, user) => {
    if (now() - begun >= WINDOW_MS) {
      begun = now();
      told = 0;
    }
    if (told === TOLD_IN_A_WINDOW) {
      untold++;
      return;
    }
    tell({ what: "a login failed", address, ...(user !== undefined && { user }), untold });
    told++;
    untold = 0;
  };
}
