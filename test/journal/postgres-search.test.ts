import { expect, test, vi } from "vitest";
import type { Client } from "../../src/journal/connection.ts";
import { PostgresSearch } from "../../src/journal/postgres-search.ts";

/** A connection to a database that is frozen: it takes everything and never answers, not even a wish to cancel. */
function frozen(): { readonly client: Client; readonly isEnded: () => boolean } {
  const query = Promise.withResolvers<never>();
  let isEnded = false;
  const end = async () => {
    isEnded = true;
    query.reject(Object.assign(new Error("ended"), { code: "CONNECTION_DESTROYED" }));
  };
  const unsafe = () =>
    Object.assign(query.promise, { active: true, canceller: () => new Promise(() => undefined) });
  return { client: { unsafe, end } as unknown as Client, isEnded: () => isEnded };
}

test("a query that a frozen database does not end is given up with its connection", async () => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  try {
    const opened = [frozen(), frozen()];
    let count = 0;
    const session = new PostgresSearch(() => (opened[count++] as (typeof opened)[number]).client);
    const { rows, stop } = session.start("select 1", []);
    const ended = expect(rows).rejects.toMatchObject({ name: "DatabaseError" });
    const stopped = stop();
    await vi.advanceTimersByTimeAsync(5_000);

    await stopped;
    await ended;
    expect(opened.map(({ isEnded }) => isEnded())).toEqual([true, false]);
  } finally {
    vi.useRealTimers();
  }
});
