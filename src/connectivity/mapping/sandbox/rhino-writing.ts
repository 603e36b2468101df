// What is written in the place of Rhino's syntax. All that is of the script stays where it is; only what is around it changes.

import type MagicString from "magic-string";
import { RHINO } from "./rhino-prelude.ts";

/** A piece of a script. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** `catch (param if test) body`; patterns are told as they are written. */
export interface Clause {
  readonly start: number;
  readonly param: string | undefined;
  readonly test: Span | undefined;
  readonly body: Span;
}

/** One clause that tries the conditions in turn, and throws on what is for none of them. All but the last have one. */
export function writeCatches(code: MagicString, clauses: readonly Clause[]): void {
  const name = clauses[0]?.param as string;
  let open = 1;
  for (const [i, { start, param, test, body }] of clauses.entries()) {
    const isOther = param !== undefined && param !== name;
    if (isOther) open++;
    const head = i === 0 ? `catch(${name}){` : `else ${isOther ? `{let ${param}=${name};` : ""}`;
    if (test) code.overwrite(start, test.start, `${head}if((`).appendLeft(test.end, ")");
    else code.overwrite(start, body.start, head);
  }
  const { test, body } = clauses.at(-1) as Clause;
  code.appendLeft(body.end, `${test ? `else throw ${name};` : ""}${"}".repeat(open)}`);
}

/** `pattern = init` */
export interface Binding {
  readonly pattern: string;
  readonly init: Span | undefined;
}

/** `let (…) body`: each value is computed before any of the names means something else. */
export function writeLetBlock(
  code: MagicString,
  start: number,
  bindings: readonly Binding[],
  body: Span,
): void {
  let done = start;
  let head = "{let ";
  for (const [i, { init }] of bindings.entries()) {
    if (!init) continue;
    code.overwrite(done, init.start, `${head}$let${i}=(`).appendLeft(init.end, ")");
    done = init.end;
    head = ",";
  }
  const names = bindings.map(({ pattern, init }, i) => (init ? `${pattern}=$let${i}` : pattern));
  code.overwrite(done, body.start + 1, `${done === start ? "{" : ";"}{let ${names.join()};`);
  code.appendLeft(body.end, "}");
}

/** The same with an expression for a body, which sees what `this` and `arguments` are outside. */
export function writeLetExpression(
  code: MagicString,
  start: number,
  bindings: readonly Binding[],
  body: Span,
): void {
  let done = start;
  let head = `${RHINO}.bind([`;
  for (const { init } of bindings) {
    if (init) {
      code.overwrite(done, init.start, `${head}(`).appendLeft(init.end, ")");
      done = init.end;
      head = ",";
    } else head += "undefined,";
  }
  const names = bindings.map(({ pattern }) => pattern).join();
  code.overwrite(done, body.start, `${head}],(${names})=>(`).appendLeft(body.end, "))");
}

/** `for each (pattern in right)`, with `in` or `of` as well. */
export interface Generated {
  readonly kind: "each" | "in" | "of";
  readonly pattern: string;
  readonly right: Span;
}

/** `[result loops if test]` */
export interface List {
  readonly result: Span;
  readonly loops: readonly Generated[];
  readonly test: Span | undefined;
}

export function writeList(
  code: MagicString,
  start: number,
  end: number,
  { result, loops, test }: List,
): void {
  const names = loops.map(({ pattern }) => pattern);
  code.overwrite(start, result.start, `${RHINO}.list((${names.join()})=>(`);
  let done = result.end;
  for (const [i, { kind, right }] of loops.entries()) {
    const head = `${i === 0 ? "),[" : ")],"}["${kind}",(${names.slice(0, i).join()})=>(`;
    code.overwrite(done, right.start, head);
    done = right.end;
  }
  if (test) {
    code.overwrite(done, test.start, `)]],(${names.join()})=>(`);
    done = test.end;
  }
  code.overwrite(done, end, test ? "))" : ")]])");
}
