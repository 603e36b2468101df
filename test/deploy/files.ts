// The files of deploy/, and the Dockerfile taken apart.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export const root = fileURLToPath(new URL("../..", import.meta.url));

/** The text of a file of the project. */
export const textOf = (path: string): string => readFileSync(join(root, path), "utf8");

/** One instruction of a Dockerfile: `COPY`, and what follows. */
export interface Instruction {
  readonly name: string;
  readonly rest: string;
}

/** The stages of the Dockerfile, by what they begin with. */
export function stagesOf(dockerfile: string): readonly (readonly Instruction[])[] {
  const lines = dockerfile
    .replaceAll("\\\n", " ")
    .split("\n")
    .filter((line) => line.trim() !== "" && !line.startsWith("#"));
  const stages: Instruction[][] = [];
  for (const line of lines) {
    const [name = "", ...words] = line.split(" ");
    const instruction = { name, rest: words.join(" ") };
    if (name === "FROM") stages.push([instruction]);
    else stages.at(-1)!.push(instruction);
  }
  return stages;
}

/** What of the project a stage copies: sources without flags; not what it takes from another stage. */
export const copiesOf = (stage: readonly Instruction[]): readonly string[] =>
  stage
    .filter(({ name, rest }) => name === "COPY" && !rest.startsWith("--from"))
    .flatMap(({ rest }) => rest.split(" ").slice(0, -1));

/** What .dockerignore lets through. */
export const letThrough = (): readonly string[] =>
  textOf(".dockerignore")
    .split("\n")
    .filter((line) => line.startsWith("!"))
    .map((line) => line.slice(1));
