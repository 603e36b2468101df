// When a figure is too high, and when it is not any more.

import type { JsonObject } from "../../../base/json/json.ts";
import type { Alert, AlertSource } from "../../model.ts";
import type { Moment } from "../moment.ts";
import { rounded } from "../statistics/rounded.ts";
import type { Figure } from "./figure.ts";

/** An alert changes no more often, so that a figure that goes up and down tells nobody of each. */
const LEAST_MS = 60_000;

/** That an alert has begun or ended. */
export interface AlertChange {
  readonly version: string;
  readonly alert: Alert;
  readonly state: "raised" | "cleared";
  readonly value: number;
  readonly column?: string | undefined;
  /** Milliseconds since the epoch. */
  readonly timestamp: number;
}

interface Watched {
  readonly alert: Alert;
  /** Since when it is raised, in milliseconds since the epoch. */
  since: number | undefined;
  latest: Figure | undefined;
  /** How often it was raised. */
  raised: number;
  /** The attempt at which the figure was too high last. */
  lastAbove: number;
  /** By the steady clock. */
  changedAt: number;
}

/** The alerts of one version. */
export class Alerts {
  readonly #version: string;
  readonly #windowSize: number;
  readonly #onChange: (change: AlertChange) => void;
  readonly #watched: readonly Watched[];

  constructor(
    version: string,
    alerts: readonly Alert[],
    windowSize: number,
    onChange: (change: AlertChange) => void,
  ) {
    this.#version = version;
    this.#windowSize = windowSize;
    this.#onChange = onChange;
    this.#watched = alerts.map((alert) => ({
      ...{ alert, since: undefined, latest: undefined, raised: 0 },
      ...{ lastAbove: 0, changedAt: Number.NEGATIVE_INFINITY },
    }));
  }

  /** Whether there is anything to look at. */
  get isEmpty(): boolean {
    return this.#watched.length === 0;
  }

  /** How often alerts on each source were raised, and whether one is. */
  counts(): readonly { readonly on: AlertSource; readonly raised: number; readonly isRaised: boolean }[] {
    const bySource = Map.groupBy(this.#watched, ({ alert }) => alert.on);
    return [...bySource].map(([on, watched]) => ({
      on,
      raised: watched.reduce((sum, { raised }) => sum + raised, 0),
      isRaised: watched.some(({ since }) => since !== undefined),
    }));
  }

  /**
   * Looks at the figures after so many attempts at a prediction. An alert is raised as soon as its figure is above, and cleared once it
   * was not for a window of attempts; a figure that there is none of changes nothing.
   */
  check(attempts: number, now: Moment, figureOf: (on: AlertSource) => Figure | undefined): void {
    for (const watched of this.#watched) {
      const figure = figureOf(watched.alert.on);
      if (!figure) continue;
      watched.latest = figure;
      const isAbove = figure.value > watched.alert.above;
      if (isAbove) watched.lastAbove = attempts;
      const isOver = !isAbove && attempts - watched.lastAbove >= this.#windowSize;
      const changes = watched.since === undefined ? isAbove : isOver;
      if (changes && now.steady - watched.changedAt >= LEAST_MS) this.#change(watched, figure, now);
    }
  }

  /** Those that are raised. */
  json(): readonly JsonObject[] {
    return this.#watched
      .filter(({ since }) => since !== undefined)
      .map(({ alert, since, latest }) => ({
        on: alert.on,
        version: this.#version,
        above: alert.above,
        value: rounded(latest?.value),
        ...(latest?.column !== undefined && { column: latest.column }),
        since: new Date(since as number).toISOString(),
      }));
  }

  #change(watched: Watched, { value, column }: Figure, { wall, steady }: Moment): void {
    const isRaised = watched.since === undefined;
    watched.since = isRaised ? wall : undefined;
    watched.changedAt = steady;
    if (isRaised) watched.raised++;
    this.#onChange({
      version: this.#version,
      alert: watched.alert,
      state: isRaised ? "raised" : "cleared",
      value,
      ...(column !== undefined && { column }),
      timestamp: wall,
    });
  }
}
