// `/api/2/predictors/{id}/training-data`: a table that is sent while it is made.

import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { describe, expect, test, vi } from "vitest";
import { TwinError } from "../../../src/base/errors.ts";
import { trainingDataNotAllowed } from "../../../src/predictions/errors.ts";
import type { PredictorsApi, TrainingTable } from "../../../src/predictions/predictors-api.ts";
import { asOperator, asUser, basic, type Given, predictorsWorld, refusalOf } from "./world.ts";

type Row = readonly (string | number | boolean | null)[];

const columns = ["thingId", "revision", "timestamp", "v", "label"];
const rows: readonly Row[] = [
  ["org.x:a", 1, "2026-01-01T00:00:00.000Z", 1.5, true],
  ["org.x:b, and more", 2, "2026-01-01T00:00:01.000Z", null, null],
  ["org.y:c", 3, "2026-01-01T00:00:02.000Z", -1e-7, 'o"k'],
];

async function* each<T>(items: readonly T[]): AsyncGenerator<T> {
  yield* items;
}

const training = (table: () => Partial<TrainingTable>): Partial<PredictorsApi> => ({
  trainingData: async () => ({ columns, rows: each(rows), ...table() }),
});
const table = (more: Partial<TrainingTable> = {}, given: Given = {}) =>
  predictorsWorld({ predictors: training(() => ({ rows: each(rows), ...more })), ...given });

const csv = `thingId,revision,timestamp,v,label
org.x:a,1,2026-01-01T00:00:00.000Z,1.5,true
"org.x:b, and more",2,2026-01-01T00:00:01.000Z,,
org.y:c,3,2026-01-01T00:00:02.000Z,-1e-7,"o""k"
`;
const jsonl = rows
  .map((row) => `${JSON.stringify(Object.fromEntries(columns.map((name, i) => [name, row[i]])))}\n`)
  .join("");

describe("comes", () => {
  test.each([
    ["as CSV where nothing is said", "", "*/*", "text/csv", csv],
    ["as lines of JSON by its name", "?format=jsonl", "text/csv", "application/x-ndjson", jsonl],
    [
      "as lines of JSON by their type",
      "",
      "text/html, application/x-ndjson;q=0.9",
      "application/x-ndjson",
      jsonl,
    ],
    ["as CSV by its type", "", "text/csv", "text/csv", csv],
  ])("%s", async (_, query, accept, type, body) => {
    await using world = await table();

    const answer = await world.fetch(`GET /p:1/training-data${query}`, { headers: { ...asUser, accept } });

    expect([answer.status, answer.headers.get("content-type"), await answer.text()]).toEqual([
      200,
      `${type}; charset=utf-8`,
      body,
    ]);
    expect(answer.headers.get("content-disposition")).toContain('filename="p_1.');
    expect(answer.headers.get("ditto-originator")).toBe("nginx:ditto");
  });

  test("with its columns alone where there are no rows", async () => {
    await using world = await table({ rows: each([]) });

    expect(await (await world.fetch("GET /p/training-data")).text()).toBe(`${columns.join()}\n`);
    expect(await (await world.fetch("GET /p/training-data?format=jsonl")).text()).toBe("");
  });

  test("whatever its columns are called", async () => {
    await using world = await table({
      columns: ["thingId", "__proto__", 'a"b'],
      rows: each<Row>([["n:a", 1, 2]]),
    });

    expect(await (await world.fetch("GET /p/training-data?format=jsonl")).text()).toBe(
      '{"thingId":"n:a","__proto__":1,"a\\"b":2}\n',
    );
  });
});

test("what is asked for is read of the query", async () => {
  await using world = await table();

  await world.fetch(
    "GET /p/training-data?from=2026-01-01T00:00:00Z&to=1798000000000&thingId=org.x:a&label=/features/m/properties/f~1g&labelWithin=7d&limit=12",
  );
  await world.fetch("GET /p/training-data");

  expect(world.calls[0]?.given).toMatchObject([
    { id: "p", caller: { isOperator: true } },
    {
      ...{ from: Date.UTC(2026, 0, 1), to: 1_798_000_000_000, thingId: "org.x:a", limit: 12 },
      ...{ label: ["features", "m", "properties", "f/g"], labelWithinMs: 7 * 86_400_000 },
    },
  ]);
  expect(Object.keys(world.calls[1]?.given[1] as object).sort()).toEqual(["from", "limit", "signal", "to"]);
});

test.each([
  "from=yesterday",
  "to=-1",
  "from=9999999999999999",
  "from=2026-01-02T00:00:00Z&to=2026-01-01T00:00:00Z",
  "limit=0",
  "limit=1e3",
  "limit=100000001",
  "label=a//b",
  "labelWithin=0",
  "labelWithin=soon",
  "format=parquet",
])("a query that makes no sense is refused: %s", async (query) => {
  await using world = await table();

  expect(await refusalOf(await world.fetch(`GET /p/training-data?${query}`))).toBe(
    "400 gateway:query.parameter.invalid",
  );
  expect(world.calls).toEqual([]);
});

test("a refusal is told, and takes no place", async () => {
  const refused = () => Promise.reject(trainingDataNotAllowed("p"));
  await using world = await predictorsWorld({ predictors: { trainingData: refused } });

  for (let i = 0; i < 10; i++)
    expect(await refusalOf(await world.fetch("GET /p/training-data"))).toBe(
      "403 predictors:trainingdata.notallowed",
    );
});

/** Rows of which the first never comes, until nobody wants it any more. */
function slow() {
  const signals: (AbortSignal | undefined)[] = [];
  const predictors: Partial<PredictorsApi> = {
    trainingData: async (_, { signal }) => {
      signals.push(signal);
      async function* none(): AsyncGenerator<Row> {
        if (signal && !signal.aborted) await once(signal, "abort");
        yield* each<Row>([]);
      }
      return { columns, rows: none() };
    },
  };
  return { signals, predictors };
}

test.each([
  ["csv", `${columns.join()}\n`],
  ["jsonl", ""],
])("the head of %s comes at once, however long the first row takes", async (format, head) => {
  const { predictors } = slow();
  await using world = await predictorsWorld({ predictors });
  const ending = new AbortController();

  const { signal } = ending;
  const answer = await world.fetch(`GET /p/training-data?format=${format}`, {
    headers: asOperator,
    signal,
  });

  expect(answer.status).toBe(200);
  const reader = answer.body?.getReader();
  if (head !== "") expect(Buffer.from((await reader?.read())?.value ?? []).toString()).toBe(head);
  ending.abort();
});

test("who goes away before the first row ends the work, and his place is free", async () => {
  const { signals, predictors } = slow();
  await using world = await predictorsWorld({ predictors });

  for (let i = 0; i < 5; i++) {
    const socket = await listen(world);
    socket.destroy();
    await vi.waitFor(() => expect(signals[i]?.aborted).toBe(true));
  }

  expect(signals).toHaveLength(5);
});

test("a table that fails on its way breaks off, so that nobody takes a part for the whole", async () => {
  let wait = () => {};
  const failing = async function* (): AsyncGenerator<Row> {
    yield* rows;
    await new Promise<void>((resolve) => (wait = resolve));
    throw new Error("the disk is gone");
  };
  await using world = await table({ rows: failing() });
  const answer = await world.fetch("GET /p/training-data");
  expect(answer.status).toBe(200);

  wait();

  await expect(answer.text()).rejects.toThrow();
  await vi.waitFor(() => expect(world.faults).toHaveLength(1));
});

/** Rows without an end. */
function endless() {
  const state = { made: 0, ended: 0 };
  async function* many(): AsyncGenerator<Row> {
    try {
      for (;;) yield ["org.x:a", state.made++, "x".repeat(1_000), 1, 1];
    } finally {
      state.ended++;
    }
  }
  return { state, many };
}

const listen = async ({ address }: { address: string }, authorization = asOperator.authorization) => {
  const [host, port] = address.split(":");
  const socket = connect(Number(port), host);
  socket.on("error", () => undefined);
  socket.write(
    `GET /api/2/predictors/p/training-data HTTP/1.1\r\nhost: ${address}\r\nauthorization: ${authorization}\r\n\r\n`,
  );
  await once(socket, "readable");
  return socket;
};

test("rows are made no faster than they are taken, and no more once the client is gone", async () => {
  const { state, many } = endless();
  await using world = await table({ rows: many() });
  const socket = await listen(world);
  await vi.waitFor(async () => {
    const before = state.made;
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(state.made).toBe(before);
  });

  socket.destroy();

  await vi.waitFor(() => expect(state.ended).toBe(1));
  expect(world.faults).toEqual([]);
});

const users = ["a", "b", "c", "d"].map((name) => ({ name, password: name }));
const many = async () => {
  const { state, many } = endless();
  const world = await predictorsWorld({ users, predictors: training(() => ({ rows: many() })) });
  const refusal = async (authorization: string) =>
    refusalOf(await world.fetch("GET /p/training-data", { headers: { authorization } }));
  return { state, world, refusal, [Symbol.asyncDispose]: () => world[Symbol.asyncDispose]() };
};

test("two are made for a caller at once, until one is done or given up", async () => {
  await using all = await many();
  const sockets = [await listen(all.world, basic("a:a")), await listen(all.world, basic("a:a"))];

  expect(await all.refusal(basic("a:a"))).toBe("429 too.many.requests");

  sockets[0]?.destroy();
  await vi.waitFor(() => expect(all.state.ended).toBe(1));
  const last = await listen(all.world, basic("a:a"));
  expect(last.read()?.toString()).toContain("200 OK");
  for (const socket of [...sockets, last]) socket.destroy();
  await vi.waitFor(() => expect(all.state.ended).toBe(3));
});

test("those of several callers leave room for the operators'", async () => {
  await using all = await many();
  const callers = ["a:a", "a:a", "b:b", "b:b", "c:c", "c:c", "devops:dev", "devops:dev"];
  const sockets: Socket[] = [];
  for (const caller of callers.slice(0, 6)) sockets.push(await listen(all.world, basic(caller)));

  expect(await all.refusal(basic("d:d"))).toBe("429 too.many.requests");
  for (const caller of callers.slice(6)) sockets.push(await listen(all.world, basic(caller)));
  expect(await all.refusal(basic("devops:dev"))).toBe("429 too.many.requests");

  expect(sockets.map((socket) => socket.read()?.toString().slice(0, 15))).toEqual(
    callers.map(() => "HTTP/1.1 200 OK"),
  );
  for (const socket of sockets) socket.destroy();
  await vi.waitFor(() => expect(all.state.ended).toBe(8));
});

test("things that the caller may not reach are left out", async () => {
  const reachOf = () =>
    ({
      mayAccess: (_: string, namespace: string) => namespace === "org.y",
      check(_: string, namespace: string) {
        if (namespace !== "org.y")
          throw new TwinError("gateway:namespace.notaccessible", 403, { message: "no" });
      },
    }) as never;
  await using world = await table({}, { parts: { reachOf } });
  const ask = (query: string, headers = asUser) => world.fetch(`GET /p/training-data${query}`, { headers });

  expect((await (await ask("")).text()).split("\n")).toHaveLength(3);
  expect(await refusalOf(await ask("?thingId=org.x:a"))).toBe("403 gateway:namespace.notaccessible");
});

test("operators reach all things", async () => {
  const reachOf = () => ({ mayAccess: () => false, check: () => undefined }) as never;
  await using world = await table({}, { parts: { reachOf } });

  expect(await (await world.fetch("GET /p/training-data")).text()).toBe(csv);
});
