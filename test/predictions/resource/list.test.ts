// Lists of predictors, page by page.

import { expect, test } from "vitest";
import type { Caller } from "../../../src/predictions/predictors-api.ts";
import { input, operator, someone } from "./predictors.ts";
import { granted, owned, start, useDatabase, type World } from "./world.ts";

const database = useDatabase();

/** The IDs of the pages. */
async function pagesOf(
  { predictors }: World,
  limit: number,
  caller: Caller = operator,
): Promise<unknown[][]> {
  const pages: unknown[][] = [];
  let after: string | undefined;
  do {
    const page = await predictors.list(caller, { limit, ...(after !== undefined && { after }) });
    pages.push(page.predictors.map(({ id }) => id));
    after = page.next;
  } while (after !== undefined && pages.length < 100);
  return pages;
}

test("a list goes on after the last of a page, and ends with the last that there is", async () => {
  const world = await start(database.opened);
  for (const id of ["d", "b", "a", "c"]) await world.put({ id });

  expect(await pagesOf(world, 2)).toEqual([
    ["a", "b"],
    ["c", "d"],
  ]);
  expect(await pagesOf(world, 3)).toEqual([["a", "b", "c"], ["d"]]);
  expect(await pagesOf(world, 4)).toHaveLength(1);
  expect(await world.predictors.list(operator, { limit: 1, after: "bb" })).toMatchObject({
    predictors: [{ id: "c" }],
    next: "c",
  });
});

test("what the caller may not see fills no page", async () => {
  const world = await start(database.opened, granted);
  for (const id of ["b", "d"]) await world.put({ ...owned, id });
  for (const id of ["a", "c", "e"]) await world.put({ id });

  expect(await pagesOf(world, 1, someone("acme:reader"))).toEqual([["b"], ["d"]]);
});

test("a page of large predictors has fewer of them", async () => {
  const world = await start(database.opened);
  const oneHot = Array.from({ length: 1_000 }, (_, i) => String(i).padStart(200, "x"));
  const ids = Array.from({ length: 22 }, (_, i) => `p${10 + i}`);
  for (const id of ids) await world.put({ id, inputs: [{ ...input, oneHot }] });

  expect(await pagesOf(world, 100)).toEqual([ids.slice(0, 19), ids.slice(19)]);
});
