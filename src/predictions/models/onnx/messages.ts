// What is said between the server and a process that runs ONNX models: a request, its answer, and so on, in frames.

/** The types of elements that a vector can be made into. */
export type FeedType = "float32" | "float64" | "int32" | "int64" | "bool";

export type TensorData =
  | Float32Array
  | Float64Array
  | Int8Array
  | Uint8Array
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | BigInt64Array
  | BigUint64Array
  | readonly string[];

/** Values with their shape. */
export interface Tensor {
  readonly name: string;
  readonly type: string;
  readonly dims: readonly number[];
  readonly data: TensorData;
}

/** What a graph declares of an input or an output. */
export interface Port {
  readonly name: string;
  /** Of the elements, as the runtime names it; absent where it is no tensor. */
  readonly type?: string;
  /** A text, often empty, stands for a dimension that is free. */
  readonly shape: readonly (number | string)[];
  /** Of an output that is told as an object: the keys, in the order of the tensor's last dimension. */
  readonly classes?: readonly string[];
}

export interface Graph {
  readonly inputs: readonly Port[];
  readonly outputs: readonly Port[];
}

/** How a model is run: the tensors it takes and the outputs that are told. */
export interface RunPlan {
  readonly inputs: readonly {
    readonly name: string;
    readonly type: FeedType;
    /** Dimensions of one row. */
    readonly shape: readonly number[];
    /** Whether the number of rows comes before these. */
    readonly hasRows: boolean;
  }[];
  readonly outputs: readonly string[];
}

/** Runs are said otherwise: see run-frames.ts. */
export type Request =
  /** Loads a model; its file follows the frame, so many bytes. */
  | { readonly do: "open"; readonly session: number; readonly bytes: number }
  /** Says how it is run from now on. Without an answer. */
  | { readonly do: "plan"; readonly session: number; readonly plan: RunPlan }
  | { readonly do: "close"; readonly session: number };

/** Answers come in the order of their requests; before the first one, `ready` or an error says whether the runtime is there. */
export type Answer =
  | { readonly is: "ready" }
  | { readonly is: "open"; readonly graph: Graph }
  | { readonly is: "outputs"; readonly tensors: readonly Omit<Tensor, "name">[] }
  | { readonly is: "closed" }
  | { readonly is: "error"; readonly detail: string };

/** What the process says beside its frames before it ends itself. */
export interface LastWords {
  readonly memoryBytes: number;
}

/** How a process is told, as its first argument in JSON, what it may do. */
export interface ProcessOptions {
  /** Name of the package that runs models. */
  readonly runtime: string;
  /** The process ends itself when it takes more, resident. */
  readonly memoryBytes: number;
}

/** Elements of one output of a run at most. */
export const MAX_OUTPUT_ELEMENTS = 1_000_000;
