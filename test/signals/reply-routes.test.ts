import { expect, test } from "vitest";
import { replyRoutes } from "../../src/signals/reply-routes.ts";

const ID = "org.acme:lamp";
const route = (member: string) => ({ member, correlationId: "c" });

test("a second member that uses a correlation ID is told by another one, which leads to it", () => {
  const routes = replyRoutes();
  expect(routes.begin(ID, route("a"), 1_000)).toBe("c");
  expect(routes.begin(ID, route("a"), 1_000)).toBe("c");
  const other = routes.begin(ID, route("b"), 1_000);
  expect(other).toMatch(/^c#./);
  expect([routes.of(ID, "c"), routes.of(ID, other)]).toMatchObject([route("a"), route("b")]);
  expect(routes.begin("org.acme:other", route("b"), 1_000)).toBe("c");
});

test("so is one that uses what somebody of this member waits for", () => {
  const routes = replyRoutes();
  expect(routes.begin(ID, route("a"), 1_000, (correlationId) => correlationId === "c")).toMatch(/^c#./);
});

test("it is remembered for its time, and of too many the oldest is forgotten", () => {
  let now = 0;
  const routes = replyRoutes(3, () => now);
  for (const correlationId of ["1", "2", "3", "4"]) routes.note(ID, correlationId, route("a"), 1_000);
  expect(["1", "2", "3", "4"].map((correlationId) => routes.of(ID, correlationId)?.member)).toEqual([
    ...[undefined, "a", "a", "a"],
  ]);
  now = 1_001;
  expect(routes.of(ID, "4")).toBeUndefined();
});
