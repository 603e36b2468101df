// What an attack is, and what it acts on.

/** What attackers share; nothing in it is told to the server. */
export interface Stage {
  /** `http://127.0.0.1:{port}` */
  readonly url: string;
  /** 1 in the campaign; a fraction for a short form, by which attackers are as many fewer. */
  readonly size: number;
  readonly stop: AbortSignal;
  /** Counts something that happened. */
  count(what: string): void;
  /** Something that must not be. */
  wrong(what: string): void;
}

/** Attackers of one kind. */
export interface Attack {
  readonly name: string;
  /** A line for the report. */
  readonly about: string;
  /** MB that the settings of `npm start` let it hold of the server's memory, beside garbage. */
  readonly holdsMb: number;
  /** Makes what the attack needs, before anything is measured. */
  prepare?(stage: Stage): Promise<void>;
  /** Goes on until the stage says so, and leaves nothing open. */
  run(stage: Stage): Promise<void>;
}

export const ditto = `Basic ${Buffer.from("ditto:ditto").toString("base64")}`;

/** So many of what there are in the campaign, at least one. */
export const some = ({ size }: Stage, inFull: number): number => Math.max(1, Math.round(inFull * size));

/** Counts an answer; one that the catalogue of errors does not hold for this is wrong. */
export function judge(stage: Stage, what: string, status: number, expected: readonly number[]): void {
  stage.count(`${what}: ${status === 0 ? "closed" : status}`);
  if (!expected.includes(status)) stage.wrong(`${what} was answered with ${status}`);
}

/** Does something again and again, so many at a time, until the attack is over; `nth` counts within a lane. */
export async function again(
  stage: Stage,
  lanes: number,
  act: (lane: number, nth: number) => Promise<void>,
): Promise<void> {
  await Promise.all(
    Array.from({ length: lanes }, async (_, lane) => {
      for (let nth = 0; !stage.stop.aborted; nth++) await act(lane, nth);
    }),
  );
}
