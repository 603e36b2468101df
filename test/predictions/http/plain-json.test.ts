import { expect, test } from "vitest";
import { faultOf, predict, rows, says, served, sums } from "./models.ts";

test("rows go out as instances and come back as predictions, as with TensorFlow Serving", async () => {
  await using at = await served(sums);

  const outputs = await predict(at.model);

  expect(outputs).toEqual([{ value: 21.5 }, { value: 18.75 }, { value: 30 }]);
  expect(at.bodies()).toEqual([{ instances: rows }]);
  expect(at.endpoint.received[0]?.url).toBe("/v1/models/bearing:predict");
});

test("the path and the query of the URL are kept", async () => {
  const endpoint = await served(sums);
  await using at = endpoint;
  const url = `http://127.0.0.1:${at.endpoint.port}/a%20b/c?key=1&x=%2F`;
  await using other = await served(sums, { url });

  await predict(other.model);

  expect(at.endpoint.received[0]?.url).toBe("/a%20b/c?key=1&x=%2F");
});

test("lists become values, objects their members, and null a null", async () => {
  await using at = await served(says({ predictions: [[0.25, 0.75], { risk: 0.5, label: "high" }, null] }));

  const outputs = await predict(at.model);

  expect(outputs).toEqual([{ values: [0.25, 0.75] }, { risk: 0.5, label: "high" }, { value: null }]);
});

test("a template takes rows and objects anywhere, and the pointer leads into lists", async () => {
  const request = { meta: { unit: "C" }, data: [{ rows: "{{inputs}}" }, "{{objects}}"], note: "inputs" };
  await using at = await served(says({ results: [{ scores: [1, 2, 3] }] }), {
    request,
    response: ["results", "0", "scores"],
  });

  const outputs = await predict(at.model);

  expect(outputs).toEqual([{ value: 1 }, { value: 2 }, { value: 3 }]);
  const objects = rows.map(([temperature, speed]) => ({ temperature, speed }));
  expect(at.bodies()).toEqual([{ meta: { unit: "C" }, data: [{ rows }, objects], note: "inputs" }]);
});

test("a server of single rows is asked once for each, a few at a time, and the order stays", async () => {
  await using at = await served(
    (request, response) => {
      const { row } = JSON.parse(request.body.toString()) as { row: { temperature: number } };
      const ms = row.temperature % 3 === 0 ? 30 : 1;
      setTimeout(() => response.end(JSON.stringify({ score: row.temperature })), ms);
    },
    { request: { row: "{{object}}" } },
    { maxConnections: 3 },
  );
  const many = Array.from({ length: 20 }, (_, i) => [i, 0]);

  const outputs = await predict(at.model, many);

  expect(outputs).toEqual(many.map(([score]) => ({ score })));
  expect(at.model.maxBatch).toBe(3);
  expect(at.endpoint.mostAtOnce).toBe(3);
  expect(at.endpoint.sockets).toBeLessThanOrEqual(3);
});

test("with single rows the pointer leads to the prediction itself", async () => {
  const some = { request: { x: "{{input}}" }, response: ["prediction"] };
  await using at = await served(says({ prediction: 7 }), some);

  const outputs = await predict(at.model, [[1, 2]]);

  expect(outputs).toEqual([{ value: 7 }]);
  expect(at.bodies()).toEqual([{ x: [1, 2] }]);
});

test("not-a-number goes out as null", async () => {
  await using at = await served(says({ predictions: [1] }));

  await predict(at.model, [[Number.NaN, 2]]);

  expect(at.bodies()).toEqual([{ instances: [[null, 2]] }]);
});

test("members called as those of every object are plain data", async () => {
  await using at = await served(says('{"predictions":[{"__proto__":1,"constructor":2}]}'));

  const [outputs] = await predict(at.model, [[1, 2]]);

  expect(Object.entries(outputs ?? {})).toEqual([
    ["__proto__", 1],
    ["constructor", 2],
  ]);
});

const wrong = [
  { of: "too few rows", body: { predictions: [1, 2] }, says: "one for each row, and has a list of 2 there" },
  { of: "too many rows", body: { predictions: [1, 2, 3, 4] }, says: "has a list of 4 there" },
  { of: "no list", body: { predictions: 4 }, says: "has no list there" },
  { of: "another member", body: { outputs: [1, 2, 3] }, says: "predictions at '/predictions'" },
  { of: "a list", body: [1, 2, 3], says: "has nothing there" },
  { of: "null", body: "null", says: "has nothing there" },
];
for (const { of, body, says: words } of wrong) {
  test(`an answer of ${of} is bad output, which says what was expected`, async () => {
    await using at = await served(says(body));

    const fault = await faultOf(predict(at.model));

    expect(fault.reason).toBe("bad-output");
    expect(fault.message).toContain(words);
  });
}

test("no rows need no request", async () => {
  await using at = await served(sums);

  expect(await predict(at.model, [])).toEqual([]);
  expect(at.endpoint.received).toEqual([]);
});
