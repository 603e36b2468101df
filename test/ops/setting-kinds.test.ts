import { expect, test } from "vitest";
import {
  bytes,
  duration,
  flag,
  headerNames,
  host,
  keeping,
  namespace,
  url,
  users,
  whole,
} from "../../src/ops/setting-kinds.ts";

test.each([
  [bytes, "102400", 102_400],
  [bytes, "100k", 102_400],
  [bytes, "1M", 1_048_576],
  [duration, "60s", 60_000],
  [duration, "1500", 1500],
  [duration, "5m", 300_000],
  [keeping, "0", 0],
  [keeping, "0d", 0],
  [keeping, "30d", 2_592_000_000],
  [headerNames, "ditto-originator, Correlation-ID", ["ditto-originator", "correlation-id"]],
  [headerNames, ",", []],
  [flag, "TRUE", true],
  [whole(1), "200000", 200_000],
  [host, "::1", "::1"],
  [namespace, "org.eclipse.ditto", "org.eclipse.ditto"],
  [url("postgres"), "postgres://me@db/twins", "postgres://me@db/twins"],
])("%# reads %s", (kind, text, value) => {
  expect(kind.parse(text)).toEqual(value);
});

test.each([
  [bytes, "0"],
  [bytes, "-1"],
  [bytes, "ten"],
  [bytes, "1.5k"],
  [duration, "0"],
  [duration, "1 fortnight"],
  [duration, "999h999"],
  [duration, "26d"],
  [keeping, "-1d"],
  [keeping, "1w"],
  [headerNames, "two words"],
  [flag, "yes"],
  [whole(1), "0"],
  [whole(0, 10), "11"],
  [whole(0), "1e3"],
  [host, "http://here:80"],
  [namespace, "org..example"],
  [url("postgres"), "mysql://db"],
  [url("postgres"), "db:5432"],
])("%# refuses %s", (kind, text) => {
  expect(() => kind.parse(text)).toThrow(/^must be /);
});

test("users are pairs, whose passwords may hold colons", () => {
  expect(users.parse("ada:se:cret, bob:x")).toEqual([
    { name: "ada", password: "se:cret" },
    { name: "bob", password: "x" },
  ]);
});

test.each(["ada", ":secret", "ada:", "ada:x,", "ada:x,ada:y"])("users refuse %s", (text) => {
  expect(() => users.parse(text)).toThrow(/^must /);
});
