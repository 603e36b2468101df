import { ask, type Target } from "../target.ts";
import { optionOf, type Shape } from "./shapes.ts";

const STRIDE = 200;

/** The cursor of a search behind so many things, got as a client would: page after page. */
export async function cursorBehind(target: Target, shape: Shape, things: number): Promise<string> {
  const option = optionOf(shape).replace(/size\(\d+\)/, `size(${STRIDE})`);
  let cursor: string | undefined;
  for (let seen = 0; seen < things; seen += STRIDE) {
    const query = new URLSearchParams({ fields: "thingId" });
    query.set("option", cursor === undefined ? option : `${option},cursor(${cursor})`);
    const page = JSON.parse(await ask(target, "GET", `/api/2/search/things?${query}`)) as { cursor?: string };
    cursor = page.cursor;
  }
  if (cursor === undefined) throw new Error(`there are no ${things} things to page through`);
  return cursor;
}
