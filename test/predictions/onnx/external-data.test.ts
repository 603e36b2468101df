import { readdirSync } from "node:fs";
import { expect, test } from "vitest";
import { refuseExternalData } from "../../../src/predictions/models/onnx/process/external-data.ts";
import { bytesField, varintField } from "../../../src/predictions/models/onnx/process/protobuf.ts";
import { contentOf, folder } from "./models.ts";

/** Messages of onnx.proto, by the numbers of their fields. */
const model = (...graph: Uint8Array[]) => Buffer.concat([varintField(1, 8), bytesField(7, ...graph)]);
const outside = Buffer.concat([varintField(2, 1), bytesField(13, bytesField(1, Buffer.from("location")))]);
const inside = Buffer.concat([varintField(2, 1), bytesField(8, Buffer.from("weights"))]);
const nodeWith = (attribute: Uint8Array) => bytesField(1, bytesField(5, attribute));

const elsewhere: readonly [string, Uint8Array][] = [
  ["an initializer", model(bytesField(5, outside))],
  ["an initializer that only says so", model(bytesField(5, inside, varintField(14, 1)))],
  ["an initializer whose place has more than 32 bits", model(bytesField(5, varintField(14, 2 ** 32 + 1)))],
  ["the values of a sparse initializer", model(bytesField(15, bytesField(1, outside)))],
  ["the indices of a sparse initializer", model(bytesField(15, bytesField(2, outside)))],
  ["a tensor of a node", model(nodeWith(bytesField(5, outside)))],
  ["tensors of a node", model(nodeWith(bytesField(10, outside)))],
  ["a sparse tensor of a node", model(nodeWith(bytesField(22, bytesField(1, outside))))],
  ["sparse tensors of a node", model(nodeWith(bytesField(23, bytesField(1, outside))))],
  ["a branch", model(nodeWith(bytesField(6, bytesField(5, outside))))],
  ["one of several graphs", model(nodeWith(bytesField(11, bytesField(5, outside))))],
  ["a node of a function", bytesField(25, bytesField(7, bytesField(5, bytesField(5, outside))))],
  [
    "a branch in a function",
    bytesField(25, bytesField(7, bytesField(5, bytesField(6, bytesField(5, outside))))),
  ],
  ["a default of a function", bytesField(25, bytesField(11, bytesField(5, outside)))],
  ["a graph of the training", bytesField(20, bytesField(2, bytesField(5, outside)))],
];

for (const [what, content] of elsewhere) {
  test(`weights elsewhere are found in ${what}`, () => {
    expect(() => refuseExternalData(content)).toThrow("in another file");
  });
}

const initializer = bytesField(5, outside);
/** The same field, its tag or its length written in another way. */
const tagged = (...tag: readonly number[]) => model(Buffer.from(tag), initializer.subarray(1));
const odd: readonly [string, Uint8Array][] = [
  ["a tag of 33 bits", tagged(0xaa, 0x80, 0x80, 0x80, 0x10)],
  ["a tag of more than five bytes", tagged(0xaa, 0x80, 0x80, 0x80, 0x80, 0x01)],
  ["a tag of 64 bits", tagged(0xaa, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x01)],
  ["a tag in more bytes than it needs", tagged(0xaa, 0x00)],
  ["a tag in five bytes where one would do", tagged(0xaa, 0x80, 0x80, 0x80, 0x00)],
  ["the field 0", tagged(0x02)],
  ["a group", model(Buffer.of(0x2b), inside, Buffer.of(0x2c))],
  ["an end of a group that never began", model(Buffer.of(0x2c))],
  ["a wire type that there is not", tagged(0x2e)],
  ["a length in more bytes than it needs", model(Buffer.of(0x2a, 0x80 + inside.length, 0x00), inside)],
  ["a length beyond the end", model(Buffer.of(0x2a, inside.length + 1), inside)],
  ["a length of 32 bits more", model(Buffer.of(0x2a, 0x80, 0x80, 0x80, 0x80, 0x10), inside)],
  ["a number of more than 64 bits", Buffer.of(0x08, ...Array(9).fill(0x80), 0x02)],
  ["a number that does not end", Buffer.of(0x08, ...Array(11).fill(0xff))],
  ["a field that nobody knows", model(bytesField(99, inside))],
  ["a known field of another type", model(varintField(5, 1))],
  ["a list that is packed where none may be", model(nodeWith(bytesField(20, Buffer.of(4))))],
  ["two graphs that would be merged", Buffer.concat([model(), bytesField(7)])],
  ["two tensors that would be merged", model(nodeWith(Buffer.concat(Array(2).fill(bytesField(5, inside)))))],
  ["a place that is said twice", model(bytesField(5, varintField(14, 0), varintField(14, 0)))],
];

for (const [what, content] of odd) {
  test(`${what} is refused, and not skipped`, () => {
    expect(() => refuseExternalData(content)).toThrow("It is no ONNX file");
  });
}

test("graphs that are nested without end are refused", () => {
  let graph: Uint8Array = Buffer.alloc(0);
  for (let i = 0; i < 200; i++) graph = bytesField(1, bytesField(5, bytesField(6, graph)));

  expect(() => refuseExternalData(model(graph))).toThrow("nested too deep");
});

test("numbers one by one and packed, and every model of the libraries, are taken", () => {
  const dims = [varintField(1, 3), varintField(1, 300), bytesField(1, Buffer.of(3, 0xac, 0x02))];
  const names = readdirSync(folder).flatMap((file) => /^(?!outside|hidden)(.*)\.onnx$/.exec(file)?.[1] ?? []);

  expect(() => refuseExternalData(model(bytesField(5, ...dims)))).not.toThrow();
  expect(names.length).toBeGreaterThan(20);
  for (const name of names) expect(() => refuseExternalData(contentOf(name))).not.toThrow();
});
