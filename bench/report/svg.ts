// Plots as SVG texts: bars of shares with their aims and rounds, and lines with axes.

import { number } from "./figure.ts";
import type { LinePlot } from "./report.ts";

export interface Bar {
  readonly name: string;
  /** A share of the limit; the bar ends at the scale's end where it is more. */
  readonly value: number;
  readonly aim?: number;
  readonly isMissed: boolean;
  /** The shares of single rounds. */
  readonly rounds: readonly number[];
}

const NAMES = 530;
const SCALE = 380;
const ROW = 20;
const colours = ["#1769aa", "#c2571a", "#2e7d32", "#7b3fa0", "#a8326b", "#55606b"];

/** Makes a text safe in HTML and in its attributes. */
export const escaped = (text: string): string =>
  text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);

/** One bar for each share, on a scale on which the limit is 1. */
export function bars(all: readonly Bar[]): string {
  const most = Math.min(3, Math.max(1.1, ...all.map(({ value }) => value * 1.05)));
  const x = (share: number) => NAMES + (Math.min(share, most) / most) * SCALE;
  const height = all.length * ROW + 22;
  const rows = all.map(({ name, value, aim, isMissed, rounds }, at) => {
    const y = at * ROW + 4;
    const ticks = rounds.map((round) => line(x(round), y + 8, x(round), y + 12, "#0008"));
    return [
      text(NAMES - 8, y + 10, name, "end"),
      `<rect x="${NAMES}" y="${y}" width="${cut(x(value) - NAMES)}" height="12" fill="${isMissed ? "#c2571a" : "#1769aa"}"/>`,
      ...ticks,
      aim === undefined ? "" : line(x(aim), y - 2, x(aim), y + 14, "#000", 2),
      text(x(value) + 6, y + 10, value.toFixed(2)),
    ].join("");
  });
  const end = height - 18;
  const limit = `${line(x(1), 0, x(1), end, "#888", 1, "3 3")}${text(x(1), height - 5, "limit = 1", "middle")}`;
  return svg(NAMES + SCALE + 60, height, `${limit}${rows.join("")}`);
}

const WIDTH = 820;
const HEIGHT = 220;
const LEFT = 70;
const BOTTOM = 26;
const TOP = 8;

/** Lines over one axis, from 0 upwards, with a legend. */
export function lines({ lines: all, across, unit }: LinePlot): string {
  const points = all.flatMap((one) => one.points);
  const [from, to] = [Math.min(...points.map(([x]) => x)), Math.max(...points.map(([x]) => x))];
  const top = niceAbove(Math.max(...points.map(([, y]) => y), 1e-9));
  const x = (value: number) => LEFT + ((value - from) / (to - from || 1)) * (WIDTH - LEFT - 12);
  const y = (value: number) => HEIGHT - BOTTOM - (value / top) * (HEIGHT - BOTTOM - TOP);
  const grid = [0, 0.25, 0.5, 0.75, 1].map((share) => {
    const at = y(share * top);
    const scale = from + share * (to - from);
    return [
      line(LEFT, at, WIDTH - 12, at, "#ddd"),
      text(LEFT - 6, at + 4, number(share * top), "end"),
      text(x(scale), HEIGHT - 10, number(scale), "middle"),
    ].join("");
  });
  const paths = all.map(({ points: own }, at) => {
    const path = own.map(([px, py]) => `${cut(x(px))},${cut(y(py))}`).join(" ");
    return `<polyline points="${path}" fill="none" stroke="${colourOf(at)}" stroke-width="1.5"/>`;
  });
  const legend = all.map(({ name }, at) => {
    const left = LEFT + at * 180;
    return `<rect x="${left}" y="${HEIGHT + 2}" width="10" height="10" fill="${colourOf(at)}"/>${text(left + 15, HEIGHT + 11, name)}`;
  });
  const units = text(WIDTH - 12, HEIGHT + 11, `${unit} over ${across}`, "end");
  return svg(WIDTH, HEIGHT + 18, `${grid.join("")}${paths.join("")}${legend.join("")}${units}`);
}

const colourOf = (at: number): string => colours[at % colours.length] ?? "#000";

/** The next of 1, 2, 2.5 and 5 times a power of ten. */
function niceAbove(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value));
  return ([1, 2, 2.5, 5, 10].find((step) => step * power >= value) ?? 10) * power;
}

const svg = (width: number, height: number, content: string): string =>
  `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" font-family="system-ui, sans-serif" font-size="12">${content}</svg>`;

const text = (x: number, y: number, content: string, anchor = "start"): string =>
  `<text x="${cut(x)}" y="${cut(y)}" text-anchor="${anchor}">${escaped(content)}</text>`;

const line = (x1: number, y1: number, x2: number, y2: number, stroke: string, width = 1, dash = ""): string =>
  `<line x1="${cut(x1)}" y1="${cut(y1)}" x2="${cut(x2)}" y2="${cut(y2)}" stroke="${stroke}" stroke-width="${width}"${dash && ` stroke-dasharray="${dash}"`}/>`;

const cut = (value: number): string => value.toFixed(1);
