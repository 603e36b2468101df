// A monitor that has its entries published too, whether or not the logs are on. Where nothing is published there is none of it, and
// nothing to pay.

import type { LogPlace } from "./logs.ts";
import { boundedAbout, cutText } from "./logs.ts";
import type { About, Monitor, Step } from "./monitor.ts";
import type { LogPublisher } from "./publishing/log-publisher.ts";
import type { Outcome } from "./steps.ts";

/** Whose entries they are. */
export interface PublishedConnection {
  readonly id: string;
  /** Masks its secrets. */
  readonly mask: (text: string) => string;
}

/** `responses` is the address that replies are noted under. */
export function publishedMonitor(
  monitor: Monitor,
  { id: connectionId, mask }: PublishedConnection,
  responses: string,
  publisher: LogPublisher,
): Monitor {
  const noteAt =
    (place: LogPlace): Note =>
    (level, about, text) =>
      publisher.publish({
        ...{ connectionId, place, level, at: Date.now() },
        about: about && boundedAbout(about),
        // Masked before it is cut: of half a secret nobody knows that it is one.
        text: text && cutText(mask(text)),
      });
  const published = (step: Step, place: LogPlace): Step =>
    new PublishedStep(step, noteAt(place), publisher.levels);
  const ofConnection = noteAt({ category: "connection", step: "other" });
  return {
    source: (address, step) =>
      published(monitor.source(address, step), { category: "source", step, address }),
    target: (address, step) =>
      published(monitor.target(address, step), { category: "target", step, address }),
    response: (step) => published(monitor.response(step), { category: "response", step, address: responses }),
    connection(level, text, about) {
      monitor.connection(level, text, about);
      if (publisher.levels.has(level)) ofConnection(level, about, text);
    },
  };
}

type Note = (level: Outcome, about: About | undefined, text: string | undefined) => void;

class PublishedStep implements Step {
  readonly #step: Step;
  readonly #note: Note;
  readonly #levels: ReadonlySet<Outcome>;

  constructor(step: Step, note: Note, levels: ReadonlySet<Outcome>) {
    this.#step = step;
    this.#note = note;
    this.#levels = levels;
  }

  success(about?: About, text?: () => string): void {
    if (!this.#levels.has("success")) {
      this.#step.success(about, text);
      return;
    }
    const told = text?.();
    this.#step.success(about, told === undefined ? undefined : () => told);
    this.#note("success", about, told);
  }

  failure(about: About | undefined, text: () => string): void {
    if (!this.#levels.has("failure")) {
      this.#step.failure(about, text);
      return;
    }
    const told = text();
    this.#step.failure(about, () => told);
    this.#note("failure", about, told);
  }
}
