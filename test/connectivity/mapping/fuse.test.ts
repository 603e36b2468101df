import { expect, test } from "vitest";
import { Fuse } from "../../../src/connectivity/mapping/sandbox/fuse.ts";

const failing = (times: number, at: (i: number) => number = () => 0): Fuse => {
  const fuse = new Fuse();
  for (let i = 0; i < times; i++) fuse.failed(at(i));
  return fuse;
};

test("two failures are nothing, after three it rests for a second", () => {
  expect(() => failing(2).check(0)).not.toThrow();
  expect(() => failing(3).check(999)).toThrow(/3 times in a row.*in 1 s/);
  expect(() => failing(3).check(1000)).not.toThrow();
});

test("it rests twice as long each time, and for a minute at most", () => {
  expect(() => failing(5).check(3999)).toThrow();
  expect(() => failing(5).check(4000)).not.toThrow();
  expect(() => failing(100).check(59_999)).toThrow();
  expect(() => failing(100).check(60_000)).not.toThrow();
});

test("what works in between begins anew", () => {
  const fuse = failing(2);
  fuse.worked();
  fuse.failed(0);

  expect(() => fuse.check(0)).not.toThrow();
});
