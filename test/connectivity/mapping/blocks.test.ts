import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { loadMappingEngines } from "../../../src/connectivity/mapping/engines.ts";
import type { Mapper } from "../../../src/connectivity/mapping/mapper.ts";
import { Blocks, type Place } from "../../../src/connectivity/mapping/sandbox/blocks.ts";
import { context, limits, textMessage } from "./given.ts";

const MIB = 1024 ** 2;
/** So many places there are in a block. */
const BLOCK = 100;

const enter = (blocks: Blocks, count: number): Place[] => Array.from({ length: count }, () => blocks.enter());

/** Blocks are made beside other work. */
async function untilThereAre(blocks: Blocks, count: number): Promise<void> {
  for (let i = 0; i < 500 && blocks.count !== count; i++) await sleep(10);
  expect(blocks.count).toBe(count);
}

test("blocks are filled one after another, and one is kept ready", async () => {
  const blocks = await Blocks.open({ totalBytes: 64 * MIB, blockBytes: 64 * MIB });
  expect(blocks.count).toBe(1);

  const places = enter(blocks, BLOCK);
  await untilThereAre(blocks, 2);
  places.push(...enter(blocks, 1));

  await untilThereAre(blocks, 3);
  const where = new Set(places.map((place) => place.use((quickJs) => quickJs)));
  expect(where.size).toBe(2);
});

test("a block that nobody lives in any more is gone", async () => {
  const blocks = await Blocks.open({ totalBytes: 64 * MIB, blockBytes: 64 * MIB });
  const places = enter(blocks, 2 * BLOCK);
  await untilThereAre(blocks, 3);

  for (const place of places) place.leave();

  await untilThereAre(blocks, 1);
  expect(enter(blocks, 3 * BLOCK)).toHaveLength(3 * BLOCK);
});

test("where all memory is given away nobody enters, until somebody leaves", async () => {
  const blocks = await Blocks.open({ totalBytes: 48 * MIB, blockBytes: 48 * MIB });
  const [first] = enter(blocks, 2 * BLOCK);

  expect(() => blocks.enter()).toThrow(/no room for another mapping script/);
  first?.leave();
  expect(() => blocks.enter()).not.toThrow();
});

test("who is there while a block is made lives in one that is ready", async () => {
  const blocks = await Blocks.open({ totalBytes: 64 * MIB, blockBytes: 64 * MIB });
  const places = enter(blocks, BLOCK + 1);

  const where = new Set(places.map((place) => place.use((quickJs) => quickJs)));

  expect(where.size).toBe(1);
});

test("half of the neighbours of one who makes an end of it move as they come back, and he stays", async () => {
  const blocks = await Blocks.open({ totalBytes: 64 * MIB, blockBytes: 64 * MIB });
  const [culprit, ...others] = enter(blocks, 10) as [Place, ...Place[]];
  await untilThereAre(blocks, 2);
  const before = culprit.use((quickJs) => {
    quickJs.tearDown();
    return quickJs;
  });

  const where = [...others, culprit].map((place) => place.use((quickJs) => quickJs));

  expect(where.filter((quickJs) => quickJs === before)).toHaveLength(5);
  expect(where.at(-1)).toBe(before);
});

const counting = "var seen = 0; function mapToDittoProtocolMsg() { return { seen: ++seen } }";
const greedy = `
  function mapToDittoProtocolMsg(headers, text) {
    if (text === 'more') { var all = []; while (true) all.push(new ArrayBuffer(1000000)); }
    return { is: text };
  }`;

async function mappers(totalBytes: number) {
  const engines = await loadMappingEngines(totalBytes, totalBytes);
  return (incomingScript: string): Mapper => {
    const mapper = engines.get("JavaScript")?.create(
      { options: { incomingScript } },
      {
        ...{ connectionId: "c", limits, isChecked: true },
      },
    );
    if (!mapper) throw new Error("There is no engine.");
    return mapper;
  };
}

test("what one script takes costs the scripts of other blocks nothing", async () => {
  const make = await mappers(80 * MIB);
  const elsewhere = make(counting);
  const between = Array.from({ length: BLOCK - 1 }, () => make(counting));
  const [hog, neighbour] = [make(greedy), make(counting)];
  await sleep(300);
  for (const one of [elsewhere, neighbour]) one.incoming(textMessage(""), context);

  expect(() => hog.incoming(textMessage("more"), context)).toThrow();

  expect(elsewhere.incoming(textMessage(""), context)).toEqual([{ seen: 2 }]);
  expect(neighbour.incoming(textMessage(""), context)).toEqual([{ seen: 1 }]);
  expect(hog.incoming(textMessage("good"), context)).toEqual([{ is: "good" }]);
  for (const one of [elsewhere, neighbour, hog, ...between]) one.close();
});

test("what a script took is there for others when it has failed", async () => {
  const make = await mappers(96 * MIB);
  const hogs = Array.from({ length: 4 }, () => make(greedy));

  for (const hog of hogs) {
    expect(() => hog.incoming(textMessage("more"), context)).toThrow();
    await sleep(300);
    const taking = make(
      "function mapToDittoProtocolMsg() { return { n: new ArrayBuffer(20e6).byteLength } }",
    );
    expect(taking.incoming(textMessage(""), context)).toEqual([{ n: 20e6 }]);
    taking.close();
  }
});

test("300 connections with a script are open at once, and each works", async () => {
  const make = await mappers(96 * MIB);
  const all: Mapper[] = [];
  for (let i = 0; i < 300; i++) {
    all.push(make(`function mapToDittoProtocolMsg() { return { is: ${i} } }`));
    if (i % 50 === 0) await sleep(50);
  }

  const answers = all.map((one) => one.incoming(textMessage(""), context)[0]?.is);

  expect(answers).toEqual(all.map((_, i) => i));
  expect(() => make(counting)).not.toThrow();
});
