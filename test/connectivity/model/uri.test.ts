import { expect, test } from "vitest";
import { TwinError } from "../../../src/base/errors.ts";
import { partsOf } from "../../../src/connectivity/uri.ts";

test("a URI has a scheme, credentials, a host, a port and a path", () => {
  expect(partsOf("ssl://us%3Aer:p%40ss%20w@[2001:db8::1]:8883/a%20b")).toEqual({
    text: "ssl://us%3Aer:p%40ss%20w@[2001:db8::1]:8883/a%20b",
    scheme: "ssl",
    userName: "us:er",
    password: "p@ss w",
    host: "2001:db8::1",
    port: 8883,
    path: "/a%20b",
  });
});

test("a user without a password is none, as in Ditto", () => {
  expect(partsOf("tcp://user@host:1")).toEqual({
    text: "tcp://user@host:1",
    scheme: "tcp",
    host: "host",
    port: 1,
    path: "",
  });
});

test.each([
  "tcp://-a:1",
  "tcp://a..b:1",
  "tcp://1.2.3:1",
  "tcp://256.1.1.1:1",
  "tcp://a_b:1",
  "tcp://a:65536",
  "tcp://a b:1",
  "a:1",
  "//a:1",
  "tcp://a:1/%4",
  "tcp://u:p@q@a:1",
  "tcp://u:p?q@a:1",
  "tcp://u:p/q@a:1",
  "tcp://u:p#q@a:1",
  "tcp://u:p%q@a:1",
])("%s is no URI of a connection", (uri) => {
  expect(() => partsOf(uri)).toThrow(/URI/);
});

test.each([
  ["127.0.0.1:1883", "It does not begin with a scheme"],
  ["tcp://", "It lacks a host and a port"],
  ["tcp://u:secret@", "It lacks a host and a port"],
  ["tcp://a", "followed by a port"],
  ["tcp://a:x", "followed by a port"],
  ["tcp://a:99999", "Its port is 99999, and must be 1 to 65535"],
  ["tcp://a_b:1", "Its host 'a_b' is neither"],
  ["tcp://a:1?x=y", "It must have no query"],
  ["tcp://u:sec@ret@a:1", "'@' is written as %40"],
  ["tcp://u:sec/ret@a:1", "'/' as %2F"],
  ["tcp://u:sec?ret@a:1", "'?' as %3F"],
  ["tcp://u:sec%ret@a:1", "must be percent-encoded"],
])("of %s is told what is wrong with it, and no secret", (uri, reason) => {
  const error = thrownBy(() => partsOf(uri));

  expect(error.text.message).toContain(reason);
  expect(JSON.stringify(error.text)).not.toMatch(/secret|sec.ret/);
});

test("a host is told apart from a password that forgot its host", () => {
  expect(JSON.stringify(thrownBy(() => partsOf("tcp://u:secret")).text)).not.toContain("secret");
});

function thrownBy(task: () => unknown): TwinError {
  try {
    task();
  } catch (error) {
    if (error instanceof TwinError) return error;
    throw error;
  }
  throw new Error("it was accepted");
}
