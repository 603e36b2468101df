import { beforeEach, describe, expect, test, vi } from "vitest";
import { JournalUnavailable } from "../../../src/journal/journal.ts";
import { countingAccess } from "../../../src/search/query/access-version.ts";
import type { SearchParts } from "../../../src/search/query/parts.ts";
import { searching } from "../../../src/search/query/searching.ts";
import { QueryCancelled } from "../../../src/search/store.ts";
import { embedded } from "../../journal/storages.ts";
import { type Stored, useStore } from "../stored/stores.ts";
import { access, asked, guest, names, owner, POLICY, partsOf, thing } from "./world.ts";

let stored: Stored;
useStore(embedded, (opened) => {
  stored = opened;
});

beforeEach(async () => {
  const { database, store } = stored;
  for (const table of ["search_thing", "search_access"]) await database.query(`delete from ${table}`, []);
  await store.putAccess([access("org.test")]);
  await store.putThings(
    [..."abc"].map((name, n) => thing(name, { n })),
    [],
  );
});

type Store = SearchParts["store"];
const withStore = (other: Partial<Store>, more: Partial<SearchParts> = {}) =>
  searching(partsOf(stored.store, { store: { ...stored.store, ...other }, ...more }));
const settings = (more: Partial<SearchParts["settings"]>) => ({
  settings: { ...partsOf(stored.store).settings, ...more },
});
const refusal = (code: string, status: number) => expect.objectContaining({ code, status });

/** A store that answers nothing until it is given up. */
const silent: Store["run"] = (_statement, _ms, signal) =>
  new Promise((_, reject) => {
    signal?.addEventListener("abort", () => reject(new QueryCancelled("given up")));
  });

describe("a search that takes too long", () => {
  /** Things enough to take the embedded database seconds. */
  const patterns = Array.from({ length: 200 }, (_, i) => `like(attributes/long,"*a*b*c*${i}*f*")`);
  const slow = { filter: `or(${patterns.join(",")})` };

  test("is ended within the database itself", async () => {
    const long = "abcdef".repeat(1_500).replaceAll("f", "g");
    await stored.store.putThings(
      Array.from({ length: 3_000 }, (_, i) => thing(`slow${i}`, { long })),
      [],
    );
    const search = searching(partsOf(stored.store, settings({ searchTimeout: 300 })));
    const start = performance.now();
    await expect(search.count(asked(slow))).rejects.toThrow(refusal("thing-search:query.time.exceeded", 408));
    expect(performance.now() - start).toBeLessThan(4_000);
    // The only connection is free for others at once.
    await stored.store.run({ text: "select 1", parameters: [] }, 5_000);
    expect(performance.now() - start).toBeLessThan(6_000);
  });

  test("is given up when its request says so", async () => {
    const search = withStore({ run: silent });
    await expect(search.query(asked({ headers: { timeout: "50ms" } }))).rejects.toThrow(
      refusal("command.timeout", 408),
    );
    await expect(search.query(asked({ headers: { timeout: "soon" } }))).rejects.toThrow(
      expect.objectContaining({ status: 400 }),
    );
    const first = withStore({ run: () => Promise.reject(new QueryCancelled("the database was faster")) });
    await expect(first.query(asked({ headers: { timeout: "50ms" } }))).rejects.toThrow(
      refusal("command.timeout", 408),
    );
  });

  test("cannot take longer than the server allows", async () => {
    const search = withStore({ run: silent }, settings({ searchTimeout: 50 }));
    await expect(search.query(asked({ headers: { timeout: "50s" } }))).rejects.toThrow(
      refusal("thing-search:query.time.exceeded", 408),
    );
  });

  test("is given up even while others read what it found", async () => {
    const search = searching(
      partsOf(stored.store, { read: () => new Promise(() => {}), ...settings({ searchTimeout: 300 }) }),
    );
    await expect(search.query(asked())).rejects.toThrow(refusal("thing-search:query.time.exceeded", 408));
  });

  test("gives up its place in the line, too", async () => {
    let running = 0;
    const search = withStore(
      {
        run: (...how) => {
          running++;
          return silent(...how);
        },
      },
      {
        ...settings({ searchTimeout: 1_500 }),
        limits: { running: 1, runningOfOne: 1, places: 9, placesOfOne: 9 },
      },
    );
    const first = search.query(asked());
    const start = performance.now();
    await expect(search.query(asked({ headers: { timeout: "50ms" } }))).rejects.toThrow(
      refusal("command.timeout", 408),
    );
    expect(performance.now() - start).toBeLessThan(1_200);
    await expect(first).rejects.toThrow(refusal("thing-search:query.time.exceeded", 408));
    await new Promise(setImmediate);
    expect(running).toBe(1);
  });

  test("ends when nobody waits for it any more", async () => {
    const gone = new AbortController();
    let given: AbortSignal | undefined;
    const search = withStore({
      run: (statement, ms, signal) => {
        given = signal;
        return silent(statement, ms, signal);
      },
    });
    const answer = search.query(asked(), gone.signal);
    await vi.waitFor(() => expect(given).toBeDefined());
    gone.abort();
    await expect(answer).rejects.toThrow(QueryCancelled);
    expect(given?.aborted).toBe(true);
    await expect(search.query(asked(), gone.signal)).rejects.toThrow(QueryCancelled);
  });
});

test("a database that is away is told as such", async () => {
  const away = async () => {
    throw new JournalUnavailable("away");
  };
  for (const store of [{ run: away }, { partialRules: away }])
    await expect(withStore(store).count(asked())).rejects.toThrow(
      refusal("gateway:service.unavailable", 503),
    );
});

describe("turns", () => {
  const limits = { running: 3, runningOfOne: 2, places: 6, placesOfOne: 4 };

  test("one caller leaves places to others", async () => {
    const running: string[] = [];
    const gate = Promise.withResolvers<void>();
    const search = withStore(
      {
        run: async ({ parameters }) => {
          running.push(parameters.includes("other") ? "other" : "owner");
          await gate.promise;
          return [];
        },
      },
      { limits },
    );
    const own = (filter: string, auth = owner) => search.query(asked({ filter, auth }));
    const answers = ["a", "b", "c", "d"].map((text) => own(`eq(attributes/a,"${text}")`));
    await expect(own('eq(attributes/a,"e")')).rejects.toThrow(refusal("too.many.requests", 429));
    const others = { subjects: ["test:other"] };
    answers.push(own("exists(attributes/x)", others), own("exists(attributes/x)", others));
    await expect(own("exists(attributes/x)", guest)).rejects.toThrow(
      refusal("gateway:service.unavailable", 503),
    );
    await vi.waitFor(() => expect(running).toHaveLength(3));
    gate.resolve();
    await Promise.all(answers);
    expect(running).toHaveLength(6);
    await own('eq(attributes/a,"e")');
  });
});

describe("who searches", () => {
  test("what partial readers may read is asked once a second, and again once access was written", async () => {
    const { store, accessVersion } = countingAccess(stored.store);
    let asks = 0;
    const partialRules: Store["partialRules"] = (subjects) => {
      asks++;
      return store.partialRules(subjects);
    };
    const search = withStore({ partialRules }, { accessVersion });
    const find = async () =>
      names((await search.query(asked({ filter: "exists(attributes/n)", auth: guest }))).things);
    for (let i = 0; i < 5; i++) expect(await find()).toBe("");
    expect(asks).toBe(1);
    await store.putAccess([
      { ...access("org.test"), partial: [], rules: { "/": { g: [...owner.subjects, ...guest.subjects] } } },
    ]);
    expect(await find()).toBe("a b c");
    expect(asks).toBe(2);
    await store.deleteAccess([{ policyId: POLICY, namespace: "org.test" }]);
    expect(await find()).toBe("");
    expect(asks).toBe(3);
    await search.query(asked({ auth: { subjects: [...guest.subjects, "x:y"] } }));
    await search.query(asked({ auth: { subjects: ["x:y", ...guest.subjects] } }));
    expect(asks).toBe(4);
  });

  test("what they may read is forgotten as soon as access is written here, and within a second elsewhere", async () => {
    const { store, accessVersion } = countingAccess(stored.store);
    const search = withStore({}, { accessVersion });
    const find = async (who: typeof guest) =>
      names(
        (
          await search.query(
            asked({ filter: "gt(attributes/n,0)", option: "sort(-attributes/n)", auth: who }),
          )
        ).things,
      );
    const may = { "/attributes": { g: guest.subjects } };
    const mayNot = { ...may, "/attributes/n": { r: guest.subjects } };
    const others = { subjects: [...guest.subjects, "x:y"] };
    const set = async (by: typeof store, rules: object) =>
      by.putAccess([{ ...access("org.test"), rules: { ...access("org.test").rules, ...rules } }]);

    for (const [rules, found] of [
      [may, "c b"],
      [mayNot, ""],
      [may, "c b"],
    ] as const) {
      await set(store, rules);
      expect(await find(guest)).toBe(found);
      expect(await find(others)).toBe(found);
    }
    await set(stored.store, mayNot);
    await vi.waitFor(async () => expect(await find(guest)).toBe(""), { timeout: 1_200, interval: 50 });
  });

  test("a failed look-up is not remembered", async () => {
    let isAway = true;
    const search = withStore({
      partialRules: async (subjects) => {
        if (isAway) throw new JournalUnavailable("away");
        return stored.store.partialRules(subjects);
      },
    });
    await expect(search.count(asked())).rejects.toThrow(refusal("gateway:service.unavailable", 503));
    isAway = false;
    expect(await search.count(asked())).toBe(3);
  });

  test("subjects that no database can hold are nobody", async () => {
    const search = searching(partsOf(stored.store));
    expect(await search.count(asked({ auth: { subjects: ["a\u0000", "b\ud800"] } }))).toBe(0);
    expect(await search.count(asked({ auth: { subjects: ["a\u0000", ...owner.subjects] } }))).toBe(3);
  });

  test("a search waits until the index knows of the policies", async () => {
    const settled = Promise.withResolvers<void>();
    const run = vi.fn(stored.store.run);
    const search = withStore({ run }, { accessSettled: () => settled.promise });
    const answer = search.count(asked());
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(run).not.toHaveBeenCalled();
    settled.resolve();
    expect(await answer).toBe(3);
  });

  test("but does not wait for ever", async () => {
    const search = withStore({}, { accessSettled: () => new Promise(() => {}) });
    expect(await search.count(asked())).toBe(3);
  });
});

describe("the log of slow searches", () => {
  const lines: { readonly [key: string]: unknown }[] = [];
  const log = {
    warn: (line: unknown) => lines.push(line as (typeof lines)[number]),
  } as unknown as SearchParts["log"];
  const slow = (more: object = {}) => ({
    log,
    ...settings({ slowSearchLogEnabled: true, slowSearchLogThreshold: 30, ...more }),
  });
  const late: Store["run"] = async (...how) => {
    await new Promise((resolve) => setTimeout(resolve, 50));
    return stored.store.run(...how);
  };
  beforeEach(() => {
    lines.length = 0;
  });

  test("has one line of all that was asked and what came of it", async () => {
    await withStore({ run: late }, slow()).query(
      asked({
        filter: "exists(attributes/n)",
        namespaces: ["org.test", "org.other"],
        option: "sort(-attributes/n)",
        headers: { "correlation-id": "c-1" },
      }),
    );
    expect(lines).toEqual([
      {
        search: "query",
        durationMs: expect.any(Number),
        thresholdMs: 30,
        filter: "exists(attributes/n)",
        namespaces: "org.test,org.other",
        sort: "-attributes/n",
        found: 3,
        correlationId: "c-1",
      },
    ]);
    expect(lines[0]?.durationMs).toBeGreaterThanOrEqual(49);
  });

  test("tells of what failed, and of counts and pages of streams", async () => {
    const search = withStore({ run: late }, slow());
    await search.count(asked());
    await search.stream(asked()).next();
    await withStore({ run: silent }, slow())
      .count(asked({ headers: { timeout: "100ms" } }))
      .catch(() => {});
    await vi.waitFor(() => expect(lines).toHaveLength(3));
    expect(lines).toMatchObject([
      { search: "count", found: 3 },
      { search: "stream", found: 3 },
      { search: "count" },
    ]);
    expect(lines[2]?.found).toBeUndefined();
  });

  test("is silent of what is fast, and when it is off", async () => {
    await searching(partsOf(stored.store, slow({ slowSearchLogThreshold: 5_000 }))).count(asked());
    await withStore({ run: late }, slow({ slowSearchLogEnabled: false })).count(asked());
    expect(lines).toEqual([]);
  });

  test("cuts what clients wrote", async () => {
    const filter = `eq(attributes/n,"${"x".repeat(5_000)}")`;
    await withStore({ run: late }, slow()).count(asked({ filter, namespaces: Array(900).fill("n") }));
    expect(JSON.stringify(lines[0]).length).toBeLessThan(2_500);
  });
});
