import { expect, test } from "vitest";
import type { AnswerTo } from "../../support/brokers/https.ts";
import { faultOf, predict, rows, says, served, sums } from "./models.ts";

/** Answers so, one after the other, and the last one from then on. */
function inTurn(...answers: readonly AnswerTo[]): AnswerTo {
  let turn = 0;
  return (request, response) => answers[Math.min(turn++, answers.length - 1)]?.(request, response);
}

const reset: AnswerTo = (_, response) => response.socket?.resetAndDestroy();
const hang: AnswerTo = () => undefined;

test("what may pass is tried again: refused connections, resets, timeouts, 429, 502, 503 and 504", async () => {
  const passing = [reset, hang, says({}, 429), says({}, 502), says({}, 503), says({}, 504)];
  await using at = await served(inTurn(...passing, sums), { retries: 6, timeoutMs: 200 });

  expect(await predict(at.model)).toHaveLength(rows.length);
  expect(at.endpoint.received).toHaveLength(7);
});

const lasting = [
  { of: "400", answer: says({}, 400) },
  { of: "500", answer: says({}, 500) },
  { of: "bad output", answer: says({ predictions: [] }) },
];
for (const { of, answer } of lasting) {
  test(`what would come again is not asked for again: ${of}`, async () => {
    await using at = await served(inTurn(answer, sums), { retries: 5 });

    await faultOf(predict(at.model));

    expect(at.endpoint.received).toHaveLength(1);
  });
}

test("when all retries are used the last fault is told", async () => {
  await using at = await served(inTurn(reset, reset, says({ error: "tired" }, 503)), { retries: 2 });

  const fault = await faultOf(predict(at.model));

  expect(fault.message).toBe("The server of the model answers 503: tired.");
  expect(at.endpoint.received).toHaveLength(3);
});

test("a server that says when to come again is asked no sooner", async () => {
  const times: number[] = [];
  const wait = inTurn(says({}, 429, { "retry-after": "1" }), sums);
  await using at = await served(
    (request, response) => {
      times.push(performance.now());
      wait(request, response);
    },
    { retries: 1 },
  );

  await predict(at.model);

  const [first = 0, second = 0] = times;
  expect(second - first).toBeGreaterThan(980);
});

test("one that wants to be left alone for long is not waited for", async () => {
  await using at = await served(says({}, 503, { "retry-after": "3" }), { retries: 5 });

  expect(await faultOf(predict(at.model))).toMatchObject({ reason: "unavailable" });
  expect(at.endpoint.received).toHaveLength(1);
});

test("an abort ends the wait between two attempts", async () => {
  await using at = await served(says({}, 503, { "retry-after": "2" }), { retries: 5 });
  const controller = new AbortController();
  const prediction = faultOf(at.model.predict(rows, controller.signal));
  await expect.poll(() => at.endpoint.received.length).toBe(1);
  const began = performance.now();

  setTimeout(() => controller.abort(), 50);
  await prediction;

  expect(performance.now() - began).toBeLessThan(1_000);
});

test("after failures in a row the server is left alone, and then tried with one request", async () => {
  const server = { isWell: false };
  await using at = await served(
    (request, response) =>
      server.isWell
        ? setTimeout(() => sums(request, response), 50)
        : says({ error: "down" }, 500)(request, response),
    { failuresUntilOpen: 3, openMs: 300 },
  );
  for (let i = 0; i < 3; i++) await faultOf(predict(at.model));

  const fault = await faultOf(predict(at.model));
  expect(fault.reason).toBe("unavailable");
  expect(fault.message).toContain(
    "left alone for 300 ms. The last one: The server of the model answers 500: down.",
  );
  expect(at.model.trouble?.()).toBe(fault.message);
  expect(at.endpoint.received).toHaveLength(3);

  await new Promise((resolve) => setTimeout(resolve, 350));
  await faultOf(predict(at.model));
  await faultOf(predict(at.model));
  expect(at.endpoint.received).toHaveLength(4);

  server.isWell = true;
  await new Promise((resolve) => setTimeout(resolve, 350));
  const both = Promise.all([predict(at.model), predict(at.model)]);
  await expect.poll(() => at.endpoint.received.length).toBe(5);
  expect(await both).toHaveLength(2);
  expect(at.model.trouble?.()).toBeUndefined();
});

test("a success between failures begins the count anew, and so does a refusal", async () => {
  const turns = [says({}, 500), sums, says({}, 500), says({}, 400), says({}, 500), sums];
  await using at = await served(inTurn(...turns), { failuresUntilOpen: 2, openMs: 60_000 });

  for (let i = 0; i < 5; i++) await predict(at.model).catch(() => undefined);

  expect(await predict(at.model)).toHaveLength(rows.length);
});

test("a trial that is given up does not close the circuit", async () => {
  await using at = await served(inTurn(says({}, 500), hang, sums), {
    failuresUntilOpen: 1,
    openMs: 200,
    timeoutMs: 60_000,
  });
  await faultOf(predict(at.model));
  await new Promise((resolve) => setTimeout(resolve, 250));
  const controller = new AbortController();
  const trial = faultOf(at.model.predict(rows, controller.signal));
  await expect.poll(() => at.endpoint.received.length).toBe(2);

  controller.abort();
  await trial;

  await expect.poll(() => at.model.trouble?.()).toContain("left alone");
  expect((await faultOf(predict(at.model))).message).toContain("left alone");
});

test("who waits for a trial of others can give up", async () => {
  await using at = await served(inTurn(says({}, 500), hang), {
    failuresUntilOpen: 1,
    openMs: 50,
    timeoutMs: 5_000,
  });
  await faultOf(predict(at.model));
  await new Promise((resolve) => setTimeout(resolve, 100));
  const trial = new AbortController();
  const other = new AbortController();
  const both = [trial, other].map(({ signal }) => faultOf(at.model.predict(rows, signal)));
  await expect.poll(() => at.endpoint.received.length).toBe(2);
  const began = performance.now();

  other.abort();
  await both[1];
  trial.abort();
  await both[0];

  expect(performance.now() - began).toBeLessThan(1_000);
});
