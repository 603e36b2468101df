import { expect, test } from "vitest";
import { addressOf, readTarget, withoutAuthority } from "../../src/gateway/http/uri.ts";

test.each([
  ["/api/2/things/ns:a?x=1", "/api/2/things/ns:a"],
  ["http://h/api/2/things/ns:a", "/api/2/things/ns:a"],
  ["HTTPS://h:1/ws/2?x", "/ws/2"],
  ["http://h", "/"],
  ["http://h?x=/y", "/"],
  ["/api/2/%74hings/ns%3Aa/%61", "/api/2/things/ns%3Aa/%61"],
  ["/%61p%69/%32/whoami", "/api/2/whoami"],
  ["/api/2/things%2Fns:a", "/api/2/things%2Fns:a"],
  ["/api/2/%zz/%74", "/api/2/%zz/%74"],
  ["/api/2/nope/../things/ns:a", "/api/2/nope/../things/ns:a"],
  ["/?http://h/x", "/"],
  ["*", "*"],
])("the path of '%s' is '%s'", (url, path) => {
  expect(readTarget(url).path).toBe(path);
});

test("the query of a target is decoded, wherever its path begins", () => {
  expect(readTarget("http://h?a=b%20c").query?.get("a")).toBe("b c");
  expect(readTarget("/x").query).toBeUndefined();
});

test("without its authority a target is as it came", () => {
  expect(withoutAuthority("http://h/%61?b=%20")).toBe("/%61?b=%20");
  expect(withoutAuthority("//evil/x")).toBe("//evil/x");
});

test.each(["h", "h.example.org:8080", "127.0.0.1", "[::1]:80", "a_b"])("'%s' is an address", (host) => {
  expect(addressOf({ host })).toBe(host);
});

test.each(["", "h/x", "u@h", "h:", "h:123456", "[::1", "h x", "hé"])("'%s' is no address", (host) => {
  expect(addressOf({ host })).toBe("");
});
