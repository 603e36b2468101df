import { expect, test } from "vitest";
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
])("%s is no URI of a connection", (uri) => {
  expect(() => partsOf(uri)).toThrow(/URI/);
});
