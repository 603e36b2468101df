// A tensor of a model may say that its values are in a file beside the model. Here that would be any file that the process can
// read, or with one of the runtime's own marks any place in its memory; the runtime does not refuse it everywhere.
//
// The runtime parses the file once more, with a parser of its own. So that both find the same tensors in it, every field of
// every message on the way to one must be known, written as it has to be, and there once where it is not of a list: nothing is
// skipped, and nothing is left for the runtime to merge or to choose from.

import { type FieldRule, type MessageType, onnx } from "./onnx-proto.ts";
import { type Field, fieldsOf } from "./protobuf.ts";

/** Fields of a tensor: where its values are, and whether they are elsewhere. */
const TENSOR = { external: 13, location: 14 };
/** Graphs in nodes in graphs. */
const MAX_DEPTH = 100;

/** By what the runtime takes a file for one of its own format, where nothing is known of it here. */
const OWN_FORMAT = { at: 4, mark: "ORTM" };

/** @throws Error where a tensor of the model is outside of it, or may be */
export function refuseExternalData(model: Uint8Array): void {
  const mark = Buffer.from(model.subarray(OWN_FORMAT.at, OWN_FORMAT.at + OWN_FORMAT.mark.length));
  if (mark.toString() === OWN_FORMAT.mark)
    throw new Error("It is of the runtime's own format and no ONNX file.");
  refuseIn("model", model, 0);
}

function refuseIn(type: MessageType, message: Uint8Array, depth: number): void {
  if (depth > MAX_DEPTH) throw new Error("Its graphs are nested too deep.");
  const seen = new Set<number>();
  for (const field of fieldsOf(message)) {
    const rule = ruleOf(type, field);
    if (!rule.isList && seen.has(field.number)) throw odd(type, field);
    seen.add(field.number);
    if (type === "tensor" && isElsewhere(field))
      throw new Error("Its weights are in another file; they must be in the model itself.");
    if (rule.message) refuseIn(rule.message, field.bytes, depth + 1);
  }
}

function ruleOf(type: MessageType, field: Field): FieldRule {
  const rule = onnx[type][field.number];
  if (!rule?.wires.includes(field.wire)) throw odd(type, field);
  return rule;
}

const isElsewhere = ({ number, value }: Field): boolean =>
  number === TENSOR.external || (number === TENSOR.location && value !== 0);

const odd = (type: MessageType, { number }: Field) =>
  new Error(`It is no ONNX file as this server knows them: a ${type} has a field ${number} as none may be.`);
