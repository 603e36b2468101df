// How PostgreSQL carries out the statements of the search bench, for docs/search.md.

import { readFileSync, writeFileSync } from "node:fs";
import postgres from "postgres";
import type { Caller } from "../../src/search/wanted.ts";
import { type Shape, samples, shapes, statementOf } from "./shapes.ts";

const page = new URL("../../docs/search.md", import.meta.url);
const BEGIN = "<!-- plans: written by npm run bench -- --only search --write -->";
const END = "<!-- end of plans -->";

/** The plans as Markdown; a plan of each kind of query, for who may read everything. */
export async function plansOf(databaseUrl: string, caller: Caller): Promise<string> {
  const sql = postgres(databaseUrl, { max: 1, connection: { jit: "off" }, onnotice: () => undefined });
  try {
    const parts: string[] = [];
    for (const shape of shapes) parts.push(await planOf(sql, shape, caller));
    return parts.join("\n\n");
  } finally {
    await sql.end();
  }
}

async function planOf(sql: postgres.Sql, shape: Shape, caller: Caller): Promise<string> {
  const { text, parameters } = statementOf(shape, samples[1] as number, caller);
  const rows = await sql.unsafe<{ "QUERY PLAN": string }[]>(
    `explain (analyze, costs off, timing off, summary off, buffers off) ${text}`,
    [...parameters],
  );
  const asked = shape.filter(samples[1] as number) ?? "(no filter)";
  const order = shape.sort ? `, \`sort(+${shape.sort})\`` : "";
  const plan = rows.map((row) => row["QUERY PLAN"]).join("\n");
  return `### ${shape.name}\n\n\`${asked}\`${order}\n\n\`\`\`text\n${plan}\n\`\`\``;
}

/** Puts the plans in their place in docs/search.md. */
export function writePlans(plans: string): void {
  const text = readFileSync(page, "utf8");
  const [before, rest] = text.split(BEGIN);
  const after = rest?.split(END)[1];
  if (before === undefined || after === undefined) throw new Error("docs/search.md has no place for plans");
  writeFileSync(page, `${before}${BEGIN}\n\n${plans}\n\n${END}${after}`);
}
