import { expect, test } from "vitest";
import { faultsOf, messageFaults } from "./verdict.ts";

const asked = { method: "GET", path: "/api/2/things/org.fuzz:a" };
const json = [["content-type", "application/json"]] as const;
const refusal = (error: string, status: number) =>
  JSON.stringify({ status, error, message: "No.", description: "Ask differently." });
const answer = (status: number, body: string, headers: readonly (readonly [string, string])[] = json) => ({
  status,
  headers,
  body,
});

const right = [
  answer(200, '{"a":1}'),
  answer(204, "", []),
  answer(404, refusal("things:thing.notfound", 404)),
  answer(404, "Not found.", [["Content-Type", "text/plain; charset=UTF-8"]]),
];
const wrong = [
  { says: "a failure of the server", given: answer(500, refusal("internalerror", 500)) },
  { says: "a connection that broke", given: answer(0, "socket hang up", []) },
  { says: "a code that nobody knows", given: answer(400, refusal("things:bogus", 400)) },
  {
    says: "a code with another status than its own",
    given: answer(400, refusal("things:thing.notfound", 400)),
  },
  {
    says: "a status that is not that of the answer",
    given: answer(404, refusal("things:thing.notfound", 400)),
  },
  {
    says: "an error without a message",
    given: answer(404, '{"status":404,"error":"things:thing.notfound"}'),
  },
  { says: "what is no JSON but says it is", given: answer(200, "{") },
  { says: "a refusal in HTML", given: answer(403, "<h1>No</h1>", [["content-type", "text/html"]]) },
  { says: "a body where there is none", given: answer(204, "1") },
  { says: "a trace of the stack", given: answer(200, JSON.stringify("Error: no\n    at f (/srv/a.ts:3:4)")) },
];

test("right answers have no faults", () => {
  expect(right.flatMap((given) => faultsOf(given, asked))).toEqual([]);
});

for (const { says, given } of wrong) {
  test(`${says} is a fault`, () => expect(faultsOf(given, asked)).not.toEqual([]));
}

test("a message is judged by its error as well", () => {
  const message = (status: number, error: string) =>
    JSON.stringify({
      topic: "a/b/things/twin/errors",
      headers: {},
      path: "/",
      status,
      value: JSON.parse(refusal(error, status)),
    });

  expect(messageFaults(message(404, "things:thing.notfound"))).toEqual([]);
  expect(messageFaults(message(500, "internalerror"))).not.toEqual([]);
  expect(messageFaults(message(404, "things:bogus"))).not.toEqual([]);
  expect(messageFaults('{"topic":"a"}')).not.toEqual([]);
});
