// What goes from one member to another as one message of NATS: a line that tells whose it is and which one in their row, and
// a line for each thing said. Pure.

/**
 * What is said: T tells, Q asks, A answers, E could not answer, O has an answer that is too long, N has nobody who answers, L
 * tells which frames were lost.
 */
export type Item =
  | { readonly kind: "T"; readonly topic: string; readonly payload: string }
  | { readonly kind: "Q"; readonly number: number; readonly topic: string; readonly payload: string }
  | { readonly kind: "A" | "E" | "O" | "N"; readonly number: number; readonly payload: string }
  | { readonly kind: "L"; readonly row: number; readonly first: number; readonly last: number };

export interface Frame {
  readonly from: string;
  /** A sender begins another row, with a higher number, when it begins to talk to a member anew. */
  readonly row: number;
  /** The place in the row, from 1. */
  readonly place: number;
  /** When it was sent, by the clock of the sender. */
  readonly at: number;
  /** None: it only says that nothing has been sent after `place`. */
  readonly items: readonly Item[];
}

export const told = (topic: string, payload: string): string => `T ${topic} ${payload}`;

export const asked = (number: number, topic: string, payload: string): string =>
  `Q ${number} ${topic} ${payload}`;

export const answered = (kind: "A" | "E" | "O" | "N", number: number, payload: string): string =>
  `${kind} ${number} ${payload}`;

export const lost = (row: number, first: number, last: number): string => `L ${row} ${first} ${last}`;

/** The text of a frame of lines made by the functions above. */
export function printFrame({ from, row, place, at }: Omit<Frame, "items">, lines: readonly string[]): string {
  return [`${from} ${row} ${place} ${Math.round(at)}`, ...lines].join("\n");
}

/** Throws where the text is none. */
export function parseFrame(text: string): Frame {
  const [head = "", ...lines] = text.split("\n");
  const [from = "", row, place, at] = head.split(" ");
  const frame = { from, row: Number(row), place: Number(place), at: Number(at), items: lines.map(parseItem) };
  if (from === "" || !Number.isSafeInteger(frame.row + frame.place) || Number.isNaN(frame.at))
    throw new Error("What another member said is not understood; does it run another version?");
  return frame;
}

function parseItem(line: string): Item {
  const kind = line[0];
  switch (kind) {
    case "T": {
      const [topic, payload] = cut(line, 2);
      return { kind, topic, payload };
    }
    case "Q": {
      const [number, rest] = cut(line, 2);
      const [topic, payload] = cut(rest, 0);
      return { kind, number: Number(number), topic, payload };
    }
    case "A":
    case "E":
    case "O":
    case "N": {
      const [number, payload] = cut(line, 2);
      return { kind, number: Number(number), payload };
    }
    case "L": {
      const [row, first, last] = line.slice(2).split(" ").map(Number);
      return { kind, row: row!, first: first!, last: last! };
    }
    default:
      throw new Error("What another member said is not understood; does it run another version?");
  }
}

/** The word that begins at a place, and what comes after the blank. */
function cut(line: string, from: number): [word: string, rest: string] {
  const blank = line.indexOf(" ", from);
  return blank < 0 ? [line.slice(from), ""] : [line.slice(from, blank), line.slice(blank + 1)];
}
