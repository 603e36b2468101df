// How long the messages of one client keep everybody else waiting: what takes longer goes on in a later turn of the event loop.

export interface Turn {
  /** Whether more may be done in this turn. */
  readonly hasTime: boolean;
  /** Notes so many milliseconds of work. */
  spend(ms: number): void;
  close(): void;
}

/** What one turn may take. */
const TURN_MS = 20;
/** Work that takes so long, as that of a script without an end, is followed by a rest as long as itself. */
const LONG_MS = 25;

/** Makes it; `onTime` is called when there is time again after there was none. */
export function turnOf(onTime: () => void): Turn {
  let spent = 0;
  let next: NodeJS.Immediate | undefined;
  let rest: NodeJS.Timeout | undefined;

  const begin = (): void => {
    const hadTime = spent < TURN_MS;
    next = undefined;
    rest = undefined;
    spent = 0;
    if (!hadTime) onTime();
  };

  return {
    get hasTime() {
      return spent < TURN_MS;
    },

    spend(ms) {
      spent += ms;
      if (spent >= LONG_MS && !rest) {
        clearImmediate(next);
        next = undefined;
        rest = setTimeout(begin, spent);
      } else if (!rest) next ??= setImmediate(begin);
    },

    close() {
      clearImmediate(next);
      clearTimeout(rest);
    },
  };
}
