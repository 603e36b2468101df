// The mark by which a start knows whether something was left undone. A server alone opens it and closes it again. Members of a
// cluster share it: `open` until all is brought up, `kept` while they keep the index up, `clean` after the last has left. It names
// who came last, so that who leaves last sees that somebody is coming.

import type { Cluster } from "../../cluster/cluster.ts";
import type { SearchStore } from "../store.ts";

const MARK = "index";
/** When the leader last said that somebody keeps the index up. */
const TENDED = "index-tended";
/** Says that something may have been left undone: any text does, and another one each time. */
const DOUBT = "index-doubt";
/** Nobody has kept the index up for so long, in milliseconds: what members that are gone had in memory is not known. */
const UNTENDED_MS = 60_000;
/** Members that were seen. */
const MOST_SEEN = 1_000;

interface Text {
  readonly condition: string;
  /** What rows are made like. */
  readonly form: string;
  /** The member that came last. */
  readonly last: string;
}

const read = (text: string): Text => {
  const [, condition = "open", form = "", last = ""] =
    /^(open|kept|clean) ?([^\n]*)\n?(.*)$/s.exec(text) ?? [];
  return { condition, form, last };
};
const print = ({ condition, form, last }: Text): string =>
  `${condition} ${form}${last === "" ? "" : `\n${last}`}`;

type MarkStore = Pick<SearchStore, "state" | "setState" | "replaceState" | "setMoment" | "momentAgo">;

export class Mark {
  readonly #store: MarkStore;
  readonly #cluster: Pick<Cluster, "isAlone" | "self" | "members" | "watch">;
  /** What the rows of this server are made like. */
  readonly #form: string;
  readonly #seen = new Set<string>();

  constructor(
    store: MarkStore,
    cluster: Pick<Cluster, "isAlone" | "self" | "members" | "watch">,
    form: string,
  ) {
    this.#store = store;
    this.#cluster = cluster;
    this.#form = form;
    cluster.watch({ viewed: ({ joined }) => this.#see(joined.map(({ id }) => id)) });
    this.#see([cluster.self.id]);
  }

  #see(ids: readonly string[]): void {
    for (const id of ids) this.#seen.add(id);
    for (const id of this.#seen.values().take(Math.max(this.#seen.size - MOST_SEEN, 0)))
      this.#seen.delete(id);
  }

  /**
   * Takes away the word that nothing was left undone: things may be written then. Resolves with whether it was there, and
   * with what rows are made like.
   */
  async open(): Promise<{ readonly isClean: boolean; readonly form: string }> {
    // After a clean end nobody had to keep the index up until now.
    if (!this.#cluster.isAlone && (await this.#read()).condition === "clean") await this.tend();
    const was = await this.#change(({ condition, form }) => {
      const isKept = condition === "kept" || (condition === "clean" && form === this.#form);
      if (this.#cluster.isAlone) return { condition: "open", form, last: "" };
      return { condition: isKept ? "kept" : "open", form, last: this.#cluster.self.id };
    });
    return { isClean: was.condition === "clean" && was.form === this.#form, form: was.form };
  }

  /** What rows are made like, if they are as the mark says. */
  async form(): Promise<string> {
    return (await this.#read()).form;
  }

  /** For the leader of a cluster: whether the index is one that was kept up without a gap, and made like this server makes it. */
  async isKept(): Promise<boolean> {
    const { condition, form } = await this.#read();
    const ago = await this.#store.momentAgo(TENDED);
    return condition !== "open" && form === this.#form && ago !== undefined && ago <= UNTENDED_MS;
  }

  /** For the leader: something may be missing, until {@link broughtUp}. */
  async reopen(): Promise<void> {
    await this.#change((was) => ({ ...was, condition: "open" }));
  }

  /** Again and again, for the leader: somebody keeps the index up. */
  async tend(): Promise<void> {
    await this.#store.setMoment(TENDED, 0);
  }

  /** How many milliseconds ago a leader last said so; `undefined` where that is too long to mean anything. */
  async tendedAgo(): Promise<number | undefined> {
    const ago = await this.#store.momentAgo(TENDED);
    return ago !== undefined && ago <= UNTENDED_MS ? ago : undefined;
  }

  /** All rows are made like this server makes them; in a cluster, and none is missing. */
  async broughtUp(): Promise<void> {
    const condition = this.#cluster.isAlone ? "open" : "kept";
    await this.#change(({ last }) => ({ condition, form: this.#form, last }));
  }

  /** The doubts of all members: whoever compares all reads them before, and settles those that he read. */
  async doubts(): Promise<string> {
    return this.#cluster.isAlone ? "" : this.#store.state(DOUBT, () => "");
  }

  async doubt(): Promise<void> {
    await this.#store.setState(DOUBT, crypto.randomUUID());
  }

  async settle(doubts: string): Promise<void> {
    if (doubts !== "") await this.#store.replaceState(DOUBT, doubts, "");
  }

  /** Notes that nothing was left undone; of a cluster the last member alone can say so. */
  async close(): Promise<void> {
    const { isAlone, self, members } = this.#cluster;
    if (isAlone) return this.#store.setState(MARK, print({ condition: "clean", form: this.#form, last: "" }));
    if (members.some(({ id }) => id !== self.id)) return;
    const text = await this.#text();
    const { condition, form, last } = read(text);
    if (condition !== "kept" || form !== this.#form || !this.#seen.has(last)) return;
    if ((await this.doubts()) !== "") return;
    await this.#store.replaceState(MARK, text, print({ condition: "clean", form, last: "" }));
  }

  #text(): Promise<string> {
    return this.#store.state(MARK, () => "open");
  }

  async #read(): Promise<Text> {
    return read(await this.#text());
  }

  /** Resolves with what was there before. */
  async #change(to: (text: Text) => Text): Promise<Text> {
    for (;;) {
      const text = await this.#text();
      const was = read(text);
      if (await this.#store.replaceState(MARK, text, print(to(was)))) return was;
    }
  }
}
