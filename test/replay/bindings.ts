// Texts of a recording that no second run repeats: generated ids, hash ETags, cursors and times of day.

/** The parts of a recorded text that vary; the day is the one of the recordings, so that dates sent by clients stay. */
const varying =
  /([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|hash:[0-9a-f]+|eJ[A-Za-z0-9_-]{20,}|2026-11-21T[0-9:.]+Z)/;

const uuid = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}";
const time = "\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(?:\\.\\d+)?Z";

/** Remembers which of our texts stands for which recorded one, from the first time the recorded one is met. */
export class Bindings {
  readonly #ours = new Map<string, string>();
  readonly #host: string;

  /** @param host what the recording calls HOST */
  constructor(host: string) {
    this.#host = host;
  }

  /** One that knows what this knows, for an answer that may have to be asked for again. */
  copy(): Bindings {
    const copy = new Bindings(this.#host);
    for (const [recorded, ours] of this.#ours) copy.#ours.set(recorded, ours);
    return copy;
  }

  /** A recorded text as it reads here, as far as its varying parts have been met. */
  translate(recorded: string): string {
    return this.#here(recorded)
      .split(varying)
      .map((part, i) => (i % 2 === 1 ? (this.#ours.get(part) ?? part) : part))
      .join("");
  }

  /**
   * Whether our text says the same as the recorded one; a lone `*` matches any text. Varying parts met for the first
   * time are bound to ours.
   */
  matches(recorded: string, ours: string): boolean {
    if (recorded === "*") return true;
    const parts = this.#here(recorded).split(varying);
    const found = new RegExp(`^${parts.map(patternOf).join("")}$`, "s").exec(ours);
    if (!found) return false;
    return parts.filter((_, i) => i % 2 === 1).every((part, i) => this.#bind(part, found[i + 1] as string));
  }

  #here(recorded: string): string {
    return recorded.replaceAll(/\bHOST\b/g, this.#host);
  }

  #bind(recorded: string, ours: string): boolean {
    if (isTime(recorded)) return true;
    const bound = this.#ours.get(recorded);
    if (bound === undefined) this.#ours.set(recorded, ours);
    return bound === undefined || bound === ours;
  }
}

const isTime = (part: string): boolean => part.startsWith("2026-");

function patternOf(part: string, i: number): string {
  if (i % 2 === 0) return part.replaceAll(/[\\^$.*+?()[\]{}|/-]/g, "\\$&");
  if (isTime(part)) return `(${time})`;
  if (part.startsWith("hash:")) return '(hash:[^"]+)';
  return part.startsWith("eJ") ? '([^"\\s]+)' : `(${uuid})`;
}
