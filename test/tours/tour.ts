// Runs the commands of a page in docs/tours as a reader would paste them, and compares what they print with what the page says.

import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

export interface Step {
  readonly commands: string;
  /** What is printed somewhere, as far as the page says. */
  readonly answer: string | undefined;
}

/** The blocks of commands with the answers that follow them; those that start servers are left out. */
export function stepsOf(page: string): readonly Step[] {
  const blocks = [...page.matchAll(/^```(sh|answer)( start)?\n(.*?)^```$/gms)].filter(
    ([, , start]) => !start,
  );
  return blocks.flatMap(([, language, , text = ""], i) => {
    if (language !== "sh") return [];
    const next = blocks[i + 1];
    return [{ commands: text, answer: next?.[1] === "answer" ? next[3]?.trim() : undefined }];
  });
}

export const readPage = (name: string): string =>
  readFileSync(new URL(`../../docs/tours/${name}.md`, import.meta.url), "utf8");

/** What a reader has in the folder of the clone. */
const modules = fileURLToPath(new URL("../../node_modules", import.meta.url));

/** A command that answers otherwise is run again for a while: what goes through a broker takes a moment. */
const PATIENCE_MS = 10_000;

/**
 * Runs the steps in a folder of their own, with the addresses of the page replaced by others. Rejects where a command fails or does
 * not print what the page says.
 */
export async function follow(
  page: string,
  addresses: Readonly<Record<string, string>>,
  patienceMs = PATIENCE_MS,
): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "pollux-tour-"));
  symlinkSync(modules, join(folder, "node_modules"));
  try {
    for (const step of stepsOf(replaced(page, addresses))) await take(step, folder, patienceMs);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const replaced = (page: string, addresses: Readonly<Record<string, string>>): string =>
  Object.entries(addresses).reduce((text, [from, to]) => text.replaceAll(from, to), page);

async function take({ commands, answer }: Step, folder: string, patienceMs: number): Promise<void> {
  const deadline = performance.now() + patienceMs;
  for (;;) {
    const { stdout, stderr } = await promisify(execFile)("bash", ["-e", "-c", commands], {
      cwd: folder,
      timeout: 60_000,
    });
    if (answer === undefined || stdout.replaceAll('": ', '":').includes(answer)) return;
    if (performance.now() > deadline)
      throw new Error(`not '${answer}' but '${stdout}${stderr}' after:\n${commands}`);
    await sleep(200);
  }
}
