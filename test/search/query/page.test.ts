import { beforeEach, describe, expect, test } from "vitest";
import { searching } from "../../../src/search/query/searching.ts";
import type { FoundPage, Search, SearchRequest } from "../../../src/search/search.ts";
import { storages } from "../../journal/storages.ts";
import { type Stored, useStore } from "../stored/stores.ts";
import { access, asked, guest, names, partsOf, thing } from "./world.ts";

describe.each(storages)("a search on $name", ({ openStorage }) => {
  let stored: Stored;
  let search: Search;
  useStore(openStorage, (opened) => {
    stored = opened;
  });

  beforeEach(async () => {
    const { database, store } = stored;
    for (const table of ["search_thing", "search_access"]) await database.query(`delete from ${table}`, []);
    await store.putAccess([access("org.test")]);
    await store.putThings(
      [..."abcdefgh"].map((name, i) => thing(name, { n: i, public: i % 2, kind: name < "e" ? "x" : "y" })),
      [],
    );
    search = searching(partsOf(store));
  });

  const find = (option?: string, more: Partial<SearchRequest> = {}) =>
    search.query(asked({ ...(option !== undefined && { option }), ...more }));

  /** All pages from the first on. */
  async function walk(option: string, more: Partial<SearchRequest> = {}): Promise<readonly string[]> {
    const pages: string[] = [];
    for (let next: string | undefined = option; next !== undefined; ) {
      const page: FoundPage = await find(next, more);
      pages.push(names(page.things));
      next = page.cursor && `cursor(${page.cursor}),size(3)`;
    }
    return pages;
  }

  const error = (code: string, status: number) => expect.objectContaining({ code, status });
  const optionInvalid = error("thing-search:search.option.invalid", 400);
  const rqlInvalid = error("rql.expression.invalid", 400);

  describe("where the next page is told to begin", () => {
    test("without options: both by cursor and by offset", async () => {
      const page = await find();
      expect(page).toMatchObject({ nextPageOffset: 3, cursor: expect.any(String) });
      expect(names(page.things)).toBe("a b c");
    });

    test("without options, on the last page: at no offset", async () => {
      const page = await find(undefined, { filter: "lt(attributes/n,3)" });
      expect(page).toMatchObject({ nextPageOffset: -1 });
      expect(page.cursor).toBeUndefined();
    });

    test("with a size: by cursor only", async () => {
      expect(await find("size(2)")).toEqual({ things: expect.any(Array), cursor: expect.any(String) });
      expect(Object.keys(await find("size(2)", { filter: "lt(attributes/n,2)" }))).toEqual(["things"]);
    });

    test("with a limit: at an offset only, whatever else is said", async () => {
      expect(await find("limit(1,2)")).toEqual({ things: expect.any(Array), nextPageOffset: 3 });
      expect(await find("limit(6,2)")).toEqual({ things: expect.any(Array), nextPageOffset: -1 });
      expect(await find("limit(4,2),size(3)")).toMatchObject({ nextPageOffset: 3 });
      expect(names((await find("size(3),limit(4,2)")).things)).toBe("e f");
    });

    test("with a cursor: by cursor only, and pages have the default size again", async () => {
      const { cursor } = await find("size(2)");
      const page = await find(`cursor(${cursor})`);
      expect(page).toEqual({ things: expect.any(Array), cursor: expect.any(String) });
      expect(names(page.things)).toBe("c d e");
      expect(Object.keys(await find(`cursor(${page.cursor})`))).toEqual(["things"]);
    });

    test("where nothing is found: at no offset, even with a size or a cursor", async () => {
      expect(await find("size(2)", { filter: "eq(attributes/n,99)" })).toEqual({
        things: [],
        nextPageOffset: -1,
      });
      const { cursor } = await find("size(5)");
      await stored.database.query("delete from search_thing", []);
      expect(await find(`cursor(${cursor})`)).toEqual({ things: [], nextPageOffset: -1 });
    });

    test("a limit of no things gives one, as in Ditto", async () => {
      const page = await find("limit(2,0)");
      expect(names(page.things)).toBe("c");
      expect(page).toMatchObject({ nextPageOffset: -1 });
    });
  });

  describe("refused options", () => {
    test.each(["size(6)", "limit(0,6)", "limit(-1,2)", "limit(2147483648,2)", "size(0)", "size(1),size(1)"])(
      "%s is no page that can be asked for",
      async (option) => {
        await expect(find(option)).rejects.toThrow(optionInvalid);
      },
    );

    test.each([
      "sort(+bogus)",
      "sort(+)",
      "sort(+features/f)",
      `sort(${"+attributes/a,".repeat(32)}+thingId)`,
    ])("nothing can be sorted by %s", async (option) => {
      await expect(find(option)).rejects.toThrow(optionInvalid);
    });

    test.each(["", "bogus(1)", "sort(thingId)", "cursor(bogus)", "cursor(b*d)"])(
      "%j is refused by the grammar",
      async (option) => {
        await expect(find(option)).rejects.toThrow(rqlInvalid);
      },
    );

    test("a filter is refused before a page that is too large, and after a size of zero", async () => {
      await expect(find("size(6)", { filter: "eq(" })).rejects.toThrow(rqlInvalid);
      await expect(find("size(0)", { filter: "eq(" })).rejects.toThrow(optionInvalid);
    });

    test("a filter by what is no property is refused", async () => {
      await expect(find(undefined, { filter: "exists(features)" })).rejects.toThrow(rqlInvalid);
    });
  });

  describe("namespaces", () => {
    test("what can be no namespace finds nothing, nor does an empty list", async () => {
      for (const namespaces of [["1bad"], ["a\u0000"], ["\ud800"], []])
        expect(await find(undefined, { namespaces })).toEqual({ things: [], nextPageOffset: -1 });
      expect(await search.count(asked({ namespaces: ["1bad"] }))).toBe(0);
    });

    test("too many are refused", async () => {
      const namespaces = Array.from({ length: 1_001 }, (_, i) => `n${i}`);
      await expect(find(undefined, { namespaces })).rejects.toThrow(
        error("thing-search:search.namespaces.invalid", 400),
      );
    });
  });

  test("a count is of all that is found", async () => {
    expect(await search.count(asked())).toBe(8);
    expect(await search.count(asked({ filter: 'eq(attributes/kind,"x")', namespaces: ["org.test"] }))).toBe(
      4,
    );
  });

  test("things that cannot be read are left out of their page, not of the search", async () => {
    const reads: string[] = [];
    search = searching(
      partsOf(stored.store, {
        read: async (ids) => {
          reads.push(...ids);
          return ids.filter((id) => id !== "org.test:b").map((id) => ({ id, text: "{}" }));
        },
      }),
    );
    expect(await walk("size(3)")).toEqual(["a c", "d e f", "g h"]);
    expect(reads).toHaveLength(8);
  });

  describe("a cursor", () => {
    test.each(["size(3)", "size(3),sort(+attributes/n)", "size(3),sort(+attributes/none)"])(
      "leads through %s page by page",
      async (option) => {
        expect(await walk(option)).toEqual(["a b c", "d e f", "g h"]);
      },
    );

    test("leads through orders of several keys, in both directions", async () => {
      expect(await walk("size(3),sort(-attributes/public,+attributes/kind,-thingId)")).toEqual([
        "d b h",
        "f c a",
        "g e",
      ]);
    });

    test("keeps filter, namespaces and order, which may be repeated", async () => {
      const filter = 'eq(attributes/kind,"y")';
      const { cursor } = await find("size(2),sort(-attributes/n)", { filter, namespaces: ["org.test"] });
      expect(names((await find(`cursor(${cursor})`)).things)).toBe("f e");
      const option = `sort(-/attributes/n,+thingId),cursor(${cursor})`;
      expect(names((await find(option, { filter, namespaces: ["org.test"] })).things)).toBe("f e");
    });

    test("never leads into other namespaces than are named with it", async () => {
      const { cursor } = await find("size(2)");
      expect((await find(`cursor(${cursor})`, { namespaces: ["org.other"] })).things).toEqual([]);
    });

    test("is refused beside another filter, another order, a limit or another cursor", async () => {
      const { cursor } = await find("size(2),sort(+attributes/n)", { filter: "exists(attributes/n)" });
      const here = `cursor(${cursor})`;
      await expect(find(here, { filter: "exists(attributes/kind)" })).rejects.toThrow(optionInvalid);
      for (const option of [`sort(-attributes/n),${here}`, `limit(0,1),${here}`, `${here},${here}`])
        await expect(find(option)).rejects.toThrow(optionInvalid);
      const { cursor: unfiltered } = await find("size(2)");
      await expect(find(`cursor(${unfiltered})`, { filter: "exists(thingId)" })).rejects.toThrow(
        optionInvalid,
      );
    });

    test("is refused when a character of it is another", async () => {
      const { cursor = "" } = await find("size(2),sort(+attributes/n)");
      for (let i = 0; i < cursor.length; i++) {
        const other = cursor[i] === "A" ? "B" : "A";
        const tampered = cursor.slice(0, i) + other + cursor.slice(i + 1);
        await expect(find(`cursor(${tampered})`)).rejects.toThrow(optionInvalid);
      }
      await expect(find("cursor()")).rejects.toThrow(optionInvalid);
    });

    test("outlives a restart", async () => {
      const { cursor } = await find("size(3)");
      search = searching(partsOf(stored.store));
      expect(names((await find(`cursor(${cursor})`)).things)).toBe("d e f");
    });

    test("loses and repeats nothing while things come, go and change before and behind it", async () => {
      const found: string[] = [];
      let cursor: string | undefined;
      for (let round = 1; round <= 4; round++) {
        const page = await find(cursor ? `cursor(${cursor}),size(2)` : "size(2),sort(+attributes/n)");
        found.push(...page.things.map(({ id }) => id.slice("org.test:".length)));
        cursor = page.cursor;
        await stored.store.putThings(
          [
            thing(`early${round}`, { n: -round }),
            thing("late", { n: 100 }, round),
            thing("a", { n: 0, changed: round }, round + 1),
          ],
          [{ id: `org.test:${"-cbde"[round]}`, revision: 9 }],
        );
      }
      expect(found.join(" ")).toBe("a b d e f g h late");
      expect(cursor).toBeUndefined();
    });

    test("does not show what its owner may not read, and places unreadable values together", async () => {
      expect(await walk("size(3),sort(-attributes/n)", { auth: guest })).toEqual(["a b c", "d e f", "g h"]);
      expect(await walk("size(3),sort(-attributes/public)", { auth: guest })).toEqual([
        "b d f",
        "h a c",
        "e g",
      ]);
    });

    test("of another caller finds what its bearer may know", async () => {
      const filter = "gt(attributes/n,0)";
      const { cursor } = await find("size(2),sort(+attributes/n)", { filter });
      expect((await find(`cursor(${cursor})`, { auth: guest })).things).toEqual([]);
    });
  });
});
