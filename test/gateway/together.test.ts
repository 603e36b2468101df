// What is written to clients in one turn leaves together, and where it is much, others have turns in between.

import { Duplex } from "node:stream";
import { setImmediate as turn } from "node:timers/promises";
import { expect, test } from "vitest";
import { sendTogether } from "../../src/gateway/together.ts";

/** Takes so many milliseconds for each system call. */
class Connection extends Duplex {
  readonly calls: string[] = [];
  readonly #ms: number;

  constructor(ms: number) {
    super({ decodeStrings: false });
    this.#ms = ms;
  }

  override _writev(chunks: { readonly chunk: string }[], done: () => void): void {
    const until = performance.now() + this.#ms;
    while (performance.now() < until);
    this.calls.push(chunks.map(({ chunk }) => chunk).join(""));
    done();
  }

  tell(text: string): void {
    sendTogether(this);
    this.write(text);
  }
}

test("what a client is told in one turn leaves in one call, in its order", async () => {
  const connection = new Connection(0);
  for (const text of ["a", "b", "c"]) connection.tell(text);
  expect(connection.calls).toEqual([]);
  await turn();
  connection.tell("d");
  await turn();

  expect(connection.calls).toEqual(["abc", "d"]);
});

test("where it takes long for all, others have their turns, and what comes meanwhile goes along", async () => {
  const connections = Array.from({ length: 20 }, () => new Connection(3));
  for (const connection of connections) connection.tell("a");
  const written = () => connections.filter(({ calls }) => calls.length > 0).length;

  const seen = new Set<number>();
  await turn();
  connections[19]?.tell("b");
  while (written() < 20) {
    seen.add(written());
    await turn();
  }

  expect(seen.size).toBeGreaterThan(4);
  expect(connections[19]?.calls).toEqual(["ab"]);
  expect(connections[0]?.calls).toEqual(["a"]);
});

test("who is told something short does not wait for all who are told something long", async () => {
  const long = Array.from({ length: 100 }, () => new Connection(3));
  for (const connection of long) connection.tell("a".repeat(20_000));
  await turn();
  const short = new Connection(0);
  short.tell("b");
  await turn();
  const written = long.filter(({ calls }) => calls.length > 0).length;

  expect(short.calls).toEqual(["b"]);
  expect(written).toBeLessThan(100);
  while (long.some(({ calls }) => calls.length === 0)) await turn();
});

test("many who are told something short do not keep those waiting who are told something long", async () => {
  const long = Array.from({ length: 10 }, () => new Connection(1));
  for (const connection of long) connection.tell("a".repeat(20_000));
  for (let i = 0; i < 10; i++) {
    for (const connection of Array.from({ length: 10 }, () => new Connection(2))) connection.tell("b");
    await turn();
  }

  expect(long.every(({ calls }) => calls.length === 1)).toBe(true);
});
