import { beforeEach, describe, expect, test } from "vitest";
import { searching } from "../../../src/search/query/searching.ts";
import type { StreamRequest } from "../../../src/search/query/stream.ts";
import type { PageStream, Search } from "../../../src/search/search.ts";
import { embedded } from "../../journal/storages.ts";
import { type Stored, useStore } from "../stored/stores.ts";
import { access, asked, guest, names, partsOf, thing } from "./world.ts";

let stored: Stored;
let search: Search;
let statements: number;
useStore(embedded, (opened) => {
  stored = opened;
});

beforeEach(async () => {
  const { database, store } = stored;
  for (const table of ["search_thing", "search_access"]) await database.query(`delete from ${table}`, []);
  await store.putAccess([access("org.test")]);
  await store.putThings(
    [..."abcdefgh"].map((name, i) => thing(name, { n: i, public: i % 2 })),
    [],
  );
  statements = 0;
  const counting: typeof store = {
    ...store,
    run: (...how) => {
      statements++;
      return store.run(...how);
    },
  };
  search = searching(partsOf(counting));
});

const open = (option?: string, more: Partial<StreamRequest> = {}) =>
  search.stream({ ...asked({ ...(option !== undefined && { option }) }), ...more });

async function all(pages: PageStream): Promise<readonly string[]> {
  const seen: string[] = [];
  for (;;) {
    const page = await pages.next();
    if (page === undefined) return seen;
    seen.push(names(page));
  }
}

test("pages follow one another to the end, of the size that is wanted", async () => {
  expect(await all(open())).toEqual(["a b c", "d e f", "g h"]);
  expect(await all(open("size(4)"))).toEqual(["a b c d", "e f g h"]);
  expect(await all(open("sort(-attributes/public),size(4)"))).toEqual(["b d f h", "a c e g"]);
  expect(await all(open("", { filter: "gt(attributes/n,5)" }))).toEqual(["g h"]);
  expect(await all(open(undefined, { filter: "gt(attributes/n,50)" }))).toEqual([]);
});

test("nothing is looked up before it is asked for, and each page is one statement", async () => {
  const pages = open("size(3)");
  await new Promise(setImmediate);
  expect(statements).toBe(0);
  for (let i = 1; i <= 3; i++) {
    await pages.next();
    expect(statements).toBe(i);
  }
  expect(await pages.next()).toBeUndefined();
  expect(statements).toBe(3);
});

test("what changes behind and before the place that was reached is neither repeated nor lost", async () => {
  const pages = open("sort(+attributes/n),size(3)");
  expect(names((await pages.next()) ?? [])).toBe("a b c");
  await stored.store.putThings(
    [thing("a0", { n: -1 }), thing("z", { n: 9 })],
    [{ id: "org.test:c", revision: 2 }],
  );
  expect(await all(pages)).toEqual(["d e f", "g h z"]);
});

test("pages of which nothing can be read are passed over", async () => {
  const read = async (ids: readonly string[]) =>
    ids.filter((id) => id >= "org.test:g").map((id) => ({ id, text: "{}" }));
  search = searching(partsOf(stored.store, { read }));
  expect(await all(open("size(2)"))).toEqual(["g h"]);
});

describe("refusals come with the first page, and end the stream", () => {
  test.each([
    ["bogus(1)", undefined, "thing-search:search.option.invalid"],
    ["size(0)", undefined, "thing-search:search.option.invalid"],
    ["size(6)", undefined, "thing-search:search.option.invalid"],
    ["limit(0,1)", undefined, "thing-search:search.option.invalid"],
    ["cursor(abc)", undefined, "thing-search:search.option.invalid"],
    ["sort(+thingId),sort(+thingId)", undefined, "thing-search:search.option.invalid"],
    ["sort(+bogus)", undefined, "thing-search:search.option.invalid"],
    [undefined, "bogus(", "rql.expression.invalid"],
    [undefined, "exists(features)", "rql.expression.invalid"],
    ["bogus(1)", "bogus(", "rql.expression.invalid"],
  ])("options %j, filter %j: %s", async (option, filter, code) => {
    const pages = open(option, { filter });
    await expect(pages.next()).rejects.toThrow(expect.objectContaining({ code, status: 400 }));
    expect(await pages.next()).toBeUndefined();
  });
});

describe("going on behind a thing", () => {
  test("in any order", async () => {
    expect(await all(open("sort(-attributes/n)", { after: "org.test:d" }))).toEqual(["c b a"]);
    expect(await all(open("sort(+attributes/public,-thingId)", { after: "org.test:c" }))).toEqual([
      "a h f",
      "d b",
    ]);
    expect(await all(open(undefined, { after: "org.test:g" }))).toEqual(["h"]);
  });

  test("even if the thing does not match the filter any more", async () => {
    expect(await all(open(undefined, { after: "org.test:f", filter: "gt(attributes/n,6)" }))).toEqual(["h"]);
  });

  test("whose values the caller may not see", async () => {
    expect(await all(open("sort(-attributes/n),size(5)", { after: "org.test:f", auth: guest }))).toEqual([
      "g h",
    ]);
  });

  test("that is gone: by its id where things are in the order of ids, else not at all", async () => {
    await stored.store.putThings([], [{ id: "org.test:f", revision: 2 }]);
    expect(await all(open(undefined, { after: "org.test:f" }))).toEqual(["g h"]);
    expect(await all(open("sort(-thingId)", { after: "org.test:b5" }))).toEqual(["b a"]);
    const pages = open("sort(+attributes/n)", { after: "org.test:f" });
    await expect(pages.next()).rejects.toThrow(
      expect.objectContaining({ code: "things:thing.notfound", status: 404 }),
    );
  });

  test("that can be none is refused", async () => {
    for (const after of ["nothing", "a:b\u0000", "\ud800:a"])
      await expect(open(undefined, { after }).next()).rejects.toThrow(
        expect.objectContaining({ code: "things:id.invalid" }),
      );
  });
});

describe("a stream that is cancelled", () => {
  test("has no more pages", async () => {
    const pages = open("size(2)");
    await pages.next();
    pages.cancel();
    expect(await pages.next()).toBeUndefined();
    expect(statements).toBe(1);
  });

  test("ends the statement under way, whose page never comes", async () => {
    const stopped = Promise.withResolvers<void>();
    search = searching(
      partsOf(stored.store, {
        store: {
          ...stored.store,
          run: (_statement, _ms, signal) =>
            new Promise((_, reject) => {
              signal?.addEventListener("abort", () => {
                stopped.resolve();
                reject(new Error("gone"));
              });
            }),
        },
      }),
    );
    const pages = open();
    const next = pages.next();
    await new Promise((resolve) => setTimeout(resolve, 20));
    pages.cancel();
    expect(await next).toBeUndefined();
    await stopped.promise;
  });
});
