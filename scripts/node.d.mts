/** What tests and the bench use of node.mjs, which is plain JavaScript. */
export const serverFlags: readonly string[];
export const wasmFlags: string[];
export const compileCache: string;
