// The messages of onnx.proto in which tensors may be, with all of their fields. Fields of the others (types, texts with keys,
// devices) lead to no tensor, and are left as they are.

import { BYTES, FIXED32, FIXED64, VARINT } from "./protobuf.ts";

export type MessageType =
  | "model"
  | "training"
  | "function"
  | "graph"
  | "node"
  | "attribute"
  | "sparse"
  | "tensor";

export interface FieldRule {
  /** How it may be written: numbers of a list one by one, or packed. */
  readonly wires: readonly number[];
  readonly isList: boolean;
  /** What is in it, where that may have tensors. */
  readonly message?: MessageType;
}

const one = (wire: number): FieldRule => ({ wires: [wire], isList: false });
const list = (...wires: readonly number[]): FieldRule => ({ wires, isList: true });
const a = (message: MessageType): FieldRule => ({ ...TEXT, message });
const many = (message: MessageType): FieldRule => ({ ...TEXTS, message });

const NUMBER = one(VARINT);
const NUMBERS = list(VARINT, BYTES);
const FLOAT = one(FIXED32);
const FLOATS = list(FIXED32, BYTES);
const DOUBLES = list(FIXED64, BYTES);
/** Or bytes, or a message without tensors. */
const TEXT = one(BYTES);
const TEXTS = list(BYTES);

/** Of each message its fields, by their numbers. */
export const onnx: Readonly<Record<MessageType, Readonly<Record<number, FieldRule>>>> = {
  model: {
    1: NUMBER,
    2: TEXT,
    3: TEXT,
    4: TEXT,
    5: NUMBER,
    6: TEXT,
    7: a("graph"),
    8: TEXTS,
    14: TEXTS,
    20: many("training"),
    25: many("function"),
    26: TEXTS,
  },
  training: { 1: a("graph"), 2: a("graph"), 3: TEXTS, 4: TEXTS },
  function: {
    1: TEXT,
    4: TEXTS,
    5: TEXTS,
    6: TEXTS,
    7: many("node"),
    8: TEXT,
    9: TEXTS,
    10: TEXT,
    11: many("attribute"),
    12: TEXTS,
    13: TEXT,
    14: TEXTS,
  },
  graph: {
    1: many("node"),
    2: TEXT,
    5: many("tensor"),
    10: TEXT,
    11: TEXTS,
    12: TEXTS,
    13: TEXTS,
    14: TEXTS,
    15: many("sparse"),
    16: TEXTS,
  },
  node: {
    1: TEXTS,
    2: TEXTS,
    3: TEXT,
    4: TEXT,
    5: many("attribute"),
    6: TEXT,
    7: TEXT,
    8: TEXT,
    9: TEXTS,
    10: TEXTS,
  },
  attribute: {
    1: TEXT,
    2: FLOAT,
    3: NUMBER,
    4: TEXT,
    5: a("tensor"),
    6: a("graph"),
    7: FLOATS,
    8: NUMBERS,
    9: TEXTS,
    10: many("tensor"),
    11: many("graph"),
    13: TEXT,
    14: TEXT,
    15: TEXTS,
    20: NUMBER,
    21: TEXT,
    22: a("sparse"),
    23: many("sparse"),
  },
  sparse: { 1: a("tensor"), 2: a("tensor"), 3: NUMBERS },
  tensor: {
    1: NUMBERS,
    2: NUMBER,
    3: TEXT,
    4: FLOATS,
    5: NUMBERS,
    6: TEXTS,
    7: NUMBERS,
    8: TEXT,
    9: TEXT,
    10: DOUBLES,
    11: NUMBERS,
    12: TEXT,
    13: TEXTS,
    14: NUMBER,
    16: TEXTS,
  },
};
