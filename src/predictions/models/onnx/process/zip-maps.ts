// Classifiers made of scikit-learn end in a ZipMap: it makes a list of maps, class to probability, of a tensor of probabilities.
// The runtime has no way to give such lists to JavaScript. So the nodes are taken out of the graph, the tensor is given in
// their place, and the classes are remembered.

import { bytesField, type Field, fieldsOf, integersOf, varintField } from "./protobuf.ts";

/** What is left of a node. */
export interface ZipMap {
  /** Name of the tensor that went in. */
  readonly tensor: string;
  readonly classes: readonly string[];
  /** Whether the tensor was no output of the graph before. */
  readonly isAdded: boolean;
}

// Numbers of fields in onnx.proto.
const MODEL = { graph: 7 };
const GRAPH = { node: 1, output: 12 };
const NODE = { input: 1, output: 2, operator: 4, attribute: 5 };
const ATTRIBUTE = { name: 1, integers: 8, texts: 9 };
const VALUE = { name: 1, type: 2 };
const TYPE = { tensor: 1 };
const TENSOR_TYPE = { element: 1 };
const FLOAT = 1;

/**
 * The model without the ZipMaps that make outputs, and those by the names of the outputs.
 * @throws Error where the file is none of the format
 */
export function withoutZipMaps(file: Uint8Array): { model: Uint8Array; zipMaps: Map<string, ZipMap> } {
  const parts = [...fieldsOf(file)];
  const graphs = parts.filter(({ number }) => number === MODEL.graph);
  if (graphs.length !== 1) throw new Error("It is no ONNX file: it has no graph.");
  const fields = [...fieldsOf((graphs[0] as Field).bytes)];
  const zipMaps = zipMapsOf(fields);
  if (zipMaps.size === 0) return { model: file, zipMaps };
  const graph = bytesField(MODEL.graph, ...keptFields(fields, zipMaps));
  const model = Buffer.concat(parts.map(({ number, raw }) => (number === MODEL.graph ? graph : raw)));
  return { model, zipMaps };
}

function zipMapsOf(graph: readonly Field[]): Map<string, ZipMap> {
  const outputs = new Set(graph.filter(({ number }) => number === GRAPH.output).map(nameOfValue));
  const found = new Map<string, ZipMap>();
  for (const { number, bytes } of graph) {
    const node = number === GRAPH.node ? zipMapOf(bytes) : undefined;
    if (!node || !outputs.has(node.output)) continue;
    const { output, tensor, classes } = node;
    found.set(output, { tensor, classes, isAdded: !outputs.has(tensor) });
  }
  return found;
}

function zipMapOf(node: Uint8Array) {
  const fields = [...fieldsOf(node)];
  if (textIn(fields, NODE.operator) !== "ZipMap") return undefined;
  const attributes = fields.filter(({ number }) => number === NODE.attribute);
  return {
    tensor: textIn(fields, NODE.input),
    output: textIn(fields, NODE.output),
    classes: attributes.flatMap(({ bytes }) => classesOf([...fieldsOf(bytes)])),
  };
}

function classesOf(attribute: readonly Field[]): string[] {
  switch (textIn(attribute, ATTRIBUTE.name)) {
    case "classlabels_int64s":
      return attribute
        .filter(({ number }) => number === ATTRIBUTE.integers)
        .flatMap(integersOf)
        .map(String);
    case "classlabels_strings":
      return attribute.filter(({ number }) => number === ATTRIBUTE.texts).map(({ bytes }) => textOf(bytes));
    default:
      return [];
  }
}

/** All but the nodes, with the tensors in the place of their outputs. */
function* keptFields(graph: readonly Field[], zipMaps: ReadonlyMap<string, ZipMap>): Iterable<Uint8Array> {
  for (const { number, bytes, raw } of graph) {
    if (number === GRAPH.node && zipMaps.has(zipMapOf(bytes)?.output ?? "")) continue;
    const zipMap = number === GRAPH.output ? zipMaps.get(nameOfValue({ bytes })) : undefined;
    if (!zipMap) yield raw;
    else if (zipMap.isAdded) yield outputOf(zipMap.tensor);
  }
}

function outputOf(tensor: string): Buffer {
  const type = bytesField(TYPE.tensor, varintField(TENSOR_TYPE.element, FLOAT));
  return bytesField(GRAPH.output, bytesField(VALUE.name, Buffer.from(tensor)), bytesField(VALUE.type, type));
}

const nameOfValue = ({ bytes }: Pick<Field, "bytes">) => textIn([...fieldsOf(bytes)], VALUE.name);

function textIn(fields: readonly Field[], wanted: number): string {
  const field = fields.find(({ number }) => number === wanted);
  return field ? textOf(field.bytes) : "";
}

const textOf = (bytes: Uint8Array) => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString();
