import { afterAll, expect, test } from "vitest";
import { contentOf, modelsOf, open, startModels } from "./models.ts";

const models = startModels();
afterAll(() => models.close());

const refusals: readonly { of: string; version: string; columns: readonly string[]; says: RegExp }[] = [
  {
    of: "fewer columns than the graph takes",
    version: "linear",
    columns: ["speed", "load"],
    says: /"X" has the shape \[any, 3\]; the columns for it are 2 \(speed, load\)/,
  },
  {
    of: "more columns than the graph takes",
    version: "perceptron",
    columns: Array.from({ length: 17 }, (_, i) => `c${i}`),
    says: /\[any, 16\]; the columns for it are 17/,
  },
  {
    of: "columns of other names than the inputs",
    version: "columns",
    columns: ["speed", "temperature", "modes"],
    says: /takes the inputs mode, temperature, speed; the predictor has speed, temperature, modes/,
  },
  {
    of: "a column that no input takes",
    version: "columns",
    columns: ["speed", "temperature", "mode=eco", "mode=boost", "load"],
    says: /the predictor has speed, temperature, mode=eco, mode=boost, load/,
  },
  { of: "an input that takes texts", version: "text", columns: ["a"], says: /"X" is of the type string/ },
  { of: "an opset of the future", version: "future", columns: ["a"], says: /[Oo]pset 99/ },
  { of: "weights in a file of the server", version: "outside", columns: ["a"], says: /in another file/ },
  {
    of: "weights in a file of the server, within a branch",
    version: "outside-branch",
    columns: ["a"],
    says: /in another file/,
  },
  {
    of: "weights in a file of the server, in a field that only the runtime knows as such",
    version: "hidden-branch",
    columns: ["a"],
    says: /no ONNX file/,
  },
];

for (const { of, version, columns, says } of refusals) {
  test(`${of} is refused with what is wrong`, async () => {
    await expect(open(models, version, columns)).rejects.toMatchObject({
      code: "predictors:model.invalid",
      message: expect.stringMatching(says),
    });
  });
}

test("an output that the graph does not have is refused with those it has", async () => {
  const opening = open(models, "forest-maps", ["a", "b", "c"], { outputs: ["score"] });

  await expect(opening).rejects.toMatchObject({
    code: "predictors:model.invalid",
    message: expect.stringContaining('no output "score"; it has output_label, output_probability'),
  });
});

const whole = contentOf("forest-maps");
const files: readonly [string, Uint8Array][] = [
  ["an empty file", new Uint8Array()],
  ["a text", Buffer.from("temperature,speed\n1,2\n")],
  ["a ZIP archive", Buffer.from("PK\u0003\u0004rest of it")],
  ["half a model", whole.subarray(0, whole.length / 2)],
  ["a model without its last byte", whole.subarray(0, -1)],
  ["bytes by chance", Uint8Array.from({ length: 10_000 }, (_, i) => (i * 7919) % 251)],
  ["a file of the runtime's own format", Buffer.from("\u0018\0\0\0ORTM and more")],
  [
    "a model that the runtime takes for its own format",
    Buffer.concat([Buffer.from("\u0012\u0008abORTMab"), whole]),
  ],
];

for (const [what, content] of files) {
  test(`${what} is no model`, async () => {
    await using some = modelsOf(content);

    await expect(open(some, "v1", ["a", "b", "c"])).rejects.toMatchObject({
      code: "predictors:model.invalid",
    });
    await expect(some.validateFile([content], "watch")).rejects.toMatchObject({
      code: "predictors:model.invalid",
    });
  });
}

test("a file that is a model is one, in whatever pieces it comes", async () => {
  const pieces = Array.from({ length: 100 }, (_, i) =>
    whole.subarray((i * whole.length) / 100, ((i + 1) * whole.length) / 100),
  );

  await expect(models.validateFile(pieces, "watch")).resolves.toBeUndefined();
});

test("where the package is not installed, it is said so", async () => {
  await using without = startModels({ runtime: "onnxruntime-of-nowhere" });

  await expect(open(without, "linear", ["a", "b", "c"])).rejects.toMatchObject({
    code: "predictors:model.runtime.missing",
  });
  expect(without.pids).toEqual([]);
});

test("a package that cannot run models is refused, and does not hang", async () => {
  await using strange = startModels({ runtime: "fast-check" });

  await expect(open(strange, "linear", ["a", "b", "c"])).rejects.toMatchObject({
    code: "predictors:model.invalid",
  });
});

test("what reading the file rejects with is told as it is", async () => {
  const gone = new Error("no such version");
  await using some = startModels({
    // biome-ignore lint/correctness/useYield: it fails before it has anything
    readFile: async function* () {
      throw gone;
    },
  });

  await expect(open(some, "v1")).rejects.toBe(gone);
});
