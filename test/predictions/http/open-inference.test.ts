import { expect, test } from "vitest";
import type { HttpSpec } from "../../../src/predictions/model.ts";
import { type AnswerTo, startHttpEndpoint } from "../../support/brokers/https.ts";
import { faultOf, inferenceSpec, open, predict, rows, says, served } from "./models.ts";

const protocol = { protocol: "open-inference" } as const satisfies Partial<HttpSpec>;

/** Is ready, and answers with these tensors. */
const gives =
  (...outputs: readonly unknown[]): AnswerTo =>
  (request, response) =>
    request.method === "GET"
      ? response.writeHead(200).end()
      : response.end(JSON.stringify({ model_name: "bearing", outputs }));

const tensor = (shape: readonly number[], data: unknown, datatype = "FP32", name = "predict") => ({
  name,
  shape,
  datatype,
  data,
});

test("one tensor holds all columns where it has a name", async () => {
  await using at = await served(gives(tensor([3, 1], [1, 2, 3])), { ...protocol, tensor: "x" });

  const outputs = await predict(at.model);

  expect(outputs).toEqual([{ predict: 1 }, { predict: 2 }, { predict: 3 }]);
  expect(at.bodies()).toEqual([
    { inputs: [{ name: "x", shape: [3, 2], datatype: "FP32", data: rows.flat() }] },
  ]);
  expect(at.endpoint.received.map(({ method, url }) => `${method} ${url}`).sort()).toEqual([
    "GET /v2/models/bearing/ready",
    "POST /v2/models/bearing/infer",
  ]);
});

test("each column is a tensor of its own elsewhere, which are told to be a table", async () => {
  await using at = await served(gives(tensor([3], [1, 2, 3])), { ...protocol, datatype: "FP64" });

  await predict(at.model);

  expect(at.bodies()).toEqual([
    {
      inputs: [
        { name: "temperature", shape: [3, 1], datatype: "FP64", data: [20.5, 21, 30] },
        { name: "speed", shape: [3, 1], datatype: "FP64", data: [1, -2.25, 0] },
      ],
      parameters: { content_type: "pd" },
    },
  ]);
});

test("version and outputs are asked for, below the path of the URL", async () => {
  const endpoint = await startHttpEndpoint();
  await using _ = endpoint;
  endpoint.answer(gives(tensor([3], [1, 2, 3])));
  const url = `http://127.0.0.1:${endpoint.port}/seldon/?k=1`;
  const some = { url, name: "a/b", remoteVersion: "v 2", tensor: "x", outputs: ["predict", "predict_proba"] };
  const model = await open(inferenceSpec(endpoint.port, some));

  await predict(model);
  await model.close();

  const [post] = endpoint.received.filter(({ method }) => method === "POST");
  expect(post?.url).toBe("/seldon/v2/models/a%2Fb/versions/v%202/infer?k=1");
  expect(JSON.parse(String(post?.body))).toMatchObject({
    outputs: [{ name: "predict" }, { name: "predict_proba" }],
  });
});

test("outputs have the shape of one row, whether the data come flat or nested", async () => {
  const tensors = [
    tensor([3, 2], [1, 2, 3, 4, 5, 6], "FP64", "flat"),
    tensor(
      [3, 2],
      [
        [1, 2],
        [3, 4],
        [5, 6],
      ],
      "FP32",
      "nested",
    ),
    tensor([3, 1, 1], [[[7]], [[8]], [[9]]], "FP16", "single"),
    tensor(
      [3, 2, 2],
      Array.from({ length: 12 }, (_, i) => i),
      "INT8",
      "deep",
    ),
  ];
  await using at = await served(gives(...tensors), protocol);

  const [, second] = await predict(at.model);

  expect(second).toEqual({
    flat: [3, 4],
    nested: [3, 4],
    single: 8,
    deep: [
      [4, 5],
      [6, 7],
    ],
  });
});

test("texts, booleans, large integers and not-a-number come as they are", async () => {
  const answer = `{"outputs":[
    {"name":"label","shape":[1,1],"datatype":"BYTES","data":["high"]},
    {"name":"alarm","shape":[1],"datatype":"BOOL","data":[1]},
    {"name":"id","shape":[1],"datatype":"INT64","data":[9223372036854775807]},
    {"name":"p","shape":[1,2],"datatype":"FP32","data":[null,0.5]}]}`;
  await using at = await served(says(answer), protocol);

  const [outputs] = await predict(at.model, [[1, 2]]);

  expect(JSON.stringify(outputs)).toBe(
    '{"label":"high","alarm":true,"id":9223372036854775807,"p":[null,0.5]}',
  );
});

const wrong = [
  { of: "too few rows", output: tensor([2, 1], [1, 2]), says: "begins with 3, the number of rows" },
  {
    of: "too few values",
    output: tensor([3, 2], [1, 2, 3]),
    says: "must hold 6 values in 'data', and holds 3",
  },
  { of: "texts for numbers", output: tensor([3], ["a", "b", "c"]), says: "values of its datatype FP32" },
  {
    of: "null for integers",
    output: tensor([3], [1, null, 3], "INT32"),
    says: "values of its datatype INT32",
  },
  { of: "no shape", output: { name: "y", datatype: "FP32", data: [1, 2, 3] }, says: "must have a 'shape'" },
  {
    of: "no data",
    output: { name: "y", datatype: "FP32", shape: [3] },
    says: "3 values in 'data', and holds 0",
  },
  { of: "an endless shape", output: tensor([3, 1e9, 0], []), says: "must have a 'shape'" },
  { of: "no name", output: { shape: [3], data: [1, 2, 3] }, says: "no tensor with a name" },
  { of: "objects as values", output: tensor([3], [{}, {}, {}], "X"), says: "values of its datatype X" },
];
for (const { of, output, says: words } of wrong) {
  test(`a tensor of ${of} is bad output, which says what was expected`, async () => {
    await using at = await served(gives(output), protocol);

    const fault = await faultOf(predict(at.model));

    expect(fault.reason).toBe("bad-output");
    expect(fault.message).toContain(words);
  });
}

test("an answer without outputs is bad output", async () => {
  await using at = await served(gives(), protocol);

  expect((await faultOf(predict(at.model))).message).toContain("without 'outputs'");
});

test("what the server refuses is refused in its own words", async () => {
  await using at = await served(says({ error: "Model bearing not found\n." }, 404), protocol);

  const fault = await faultOf(predict(at.model));

  expect(fault).toMatchObject({
    reason: "refused",
    message: "The server of the model answers 404: Model bearing not found .",
  });
});

test("a model opens before its server is there, says so, and predicts once it is", async () => {
  const endpoint = await startHttpEndpoint();
  await using _ = endpoint;
  endpoint.answer(gives(tensor([3], [1, 2, 3])));
  await endpoint.stop();
  const model = await open(inferenceSpec(endpoint.port));
  const fault = await faultOf(predict(model));
  const trouble = model.trouble?.();
  await endpoint.start();

  const outputs = await predict(model);

  expect(fault.reason).toBe("unavailable");
  expect(trouble).toMatch(
    /^The server of the model cannot be reached: connect ECONNREFUSED 127\.0\.0\.1:\d+\.$/,
  );
  expect(outputs).toHaveLength(3);
  expect(model.trouble?.()).toBeUndefined();
  await model.close();
});

test("a model that its server does not have ready is told", async () => {
  await using at = await served(says({}, 400), protocol);
  await expect.poll(() => at.model.trouble?.()).toBe("The model is not ready: its server answers 400.");
});
