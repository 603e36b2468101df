// Reads what Rhino, Ditto's engine, takes beyond JavaScript, and notes while reading what has to be written in its place.

import { Parser, tokTypes as token } from "acorn";
import { BoundedCode } from "./bounded-code.ts";
import { ScriptFault } from "./fault.ts";
import { RHINO } from "./rhino-prelude.ts";
import {
  type Binding,
  type Clause,
  type Generated,
  type Span,
  writeCatches,
  writeLetBlock,
  writeLetExpression,
  writeList,
} from "./rhino-writing.ts";

interface Piece extends Span {
  readonly type: string;
}

interface Loop extends Piece {
  right: Piece;
}

interface FunctionPiece extends Piece {
  body: Piece;
}

/** What acorn's parser has for those who extend it, as far as it is used here. */
interface Internals {
  readonly input: string;
  readonly type: unknown;
  readonly start: number;
  readonly lastTokStart: number;
  readonly lastTokEnd: number;
  /** What the tokenizer is within, outermost first. */
  readonly context: { readonly token: string }[];
  parse(): unknown;
  next(): void;
  eat(type: unknown): boolean;
  expect(type: unknown): void;
  isContextual(word: string): boolean;
  unexpected(at?: number): never;
  raise(at: number, message: string): never;
  startNode(): Piece;
  finishNode<T extends Piece>(node: T, type: string): T;
  semicolon(): void;
  declareName(): void;
  parseBindingAtom(): Piece;
  parseBlock(): Piece;
  parseExpression(): Piece;
  parseMaybeAssign(forInit?: unknown, errors?: unknown): Piece;
  parseMaybeUnary(errors: unknown, sawUnary: unknown, incDec: unknown, forInit: unknown): Piece;
  parseExprAtom(errors: unknown, forInit: unknown, forNew: unknown): Piece;
  parseExprList(close: unknown, trailingComma: boolean, empty: boolean, errors: unknown): Piece[];
  parseStatement(context: unknown, topLevel: unknown, exported: unknown): Piece;
  parseForIn(node: Loop, init: Piece): Loop;
  parseFunctionBody(node: FunctionPiece, isArrow: boolean, isMethod: boolean, forInit: unknown): void;
  parseTryStatement(node: Piece): Piece;
}

const Base = Parser as unknown as new (options: object, input: string) => Internals;

/** Scripts are nested no deeper, in brackets, functions and blocks. */
const MAX_DEPTH = 200;
/** A list is made by no more; each repeats the names of those before it. */
const MAX_LOOPS = 20;

/** Reads one script; `parse` throws a SyntaxError with `loc` where it cannot be read, a RangeError where it is nested too
 * deeply, and a {@link ScriptFault} where it would become too long. */
export class RhinoParser extends Base {
  /** What the script becomes. */
  readonly code: BoundedCode;
  readonly #iterates: boolean;
  readonly #each = new Set<number>();
  #depth = 0;

  /** Where a script `iterates` in Rhino's own way, all of its loops over names have to ask for that. */
  constructor(script: string, iterates: boolean) {
    super({ ecmaVersion: "latest", preserveParens: true, allowReserved: true }, script);
    this.code = new BoundedCode(script);
    this.#iterates = iterates;
  }

  /** Who declares what is for QuickJS to judge; acorn would take long over many names. */
  override declareName(): void {}

  override parseStatement(context: unknown, topLevel: unknown, exported: unknown): Piece {
    const parse = () =>
      this.#isLetHead() ? this.#parseLet(true) : super.parseStatement(context, topLevel, exported);
    const isOtherwise = context === "if" && this.#last() === "else";
    return isOtherwise ? parse() : this.#nested(parse);
  }

  override parseMaybeUnary(errors: unknown, sawUnary: unknown, incDec: unknown, forInit: unknown): Piece {
    return this.#nested(() => super.parseMaybeUnary(errors, sawUnary, incDec, forInit));
  }

  #nested(parse: () => Piece): Piece {
    if (++this.#depth > MAX_DEPTH) throw new RangeError("The script is nested too deeply.");
    const piece = parse();
    this.#depth--;
    return piece;
  }

  override parseExprAtom(errors: unknown, forInit: unknown, forNew: unknown): Piece {
    if (this.type === token.bracketL) return this.#parseArray(errors);
    return this.#isLetHead() ? this.#parseLet(false) : super.parseExprAtom(errors, forInit, forNew);
  }

  // for each (var value in object) …

  /** Between `for` and its parenthesis stands `each`. */
  override expect(type: unknown): void {
    if (type === token.parenL && this.isContextual("each") && this.#last() === "for") {
      this.#each.add(this.lastTokStart);
      this.code.remove(this.start, this.start + "each".length);
      this.next();
    }
    super.expect(type);
  }

  #last(): string {
    return this.input.slice(this.lastTokStart, this.lastTokEnd);
  }

  override parseForIn(node: Loop, init: Piece): Loop {
    const at = this.start;
    const isEach = this.#each.delete(node.start);
    const isIn = this.type === token._in;
    if (isEach && !isIn) this.unexpected();
    const loop = super.parseForIn(node, init);
    const walk = isIn ? this.#walkOf(init, isEach) : undefined;
    if (walk) {
      this.code.overwrite(at, at + "in".length, "of");
      this.#wrap(loop.right, `${RHINO}.${walk}((`, "))");
    }
    return loop;
  }

  /** How a loop over names walks, where that is not JavaScript's way: `[key, value]` takes both. */
  #walkOf(init: Piece, isEach: boolean): "each" | "pairs" | "in" | undefined {
    if (isEach) return "each";
    if (isPair(init)) return "pairs";
    return this.#iterates ? "in" : undefined;
  }

  // function (x) x * x

  override parseFunctionBody(
    node: FunctionPiece,
    isArrow: boolean,
    isMethod: boolean,
    forInit: unknown,
  ): void {
    const isClosure = !isArrow && this.type !== token.braceL;
    if (isClosure && !isMethod) this.#forgetBraces();
    super.parseFunctionBody(node, isArrow || isClosure, isMethod, forInit);
    if (isClosure) this.#wrap(node.body, "{return(", ")}");
  }

  /** The word `function` made the tokenizer wait for a brace that closes it. */
  #forgetBraces(): void {
    const at = this.context.findLastIndex((one) => one.token === "function");
    this.context.splice(at, 1);
  }

  // try … catch (e if condition) … catch (e) …

  override parseTryStatement(node: Piece): Piece {
    this.next();
    this.parseBlock();
    const clauses: Clause[] = [];
    while (this.type === token._catch) clauses.push(this.#parseClause());
    const isClosed = this.eat(token._finally);
    if (isClosed) this.parseBlock();
    if (!isClosed && clauses.length === 0) this.raise(node.start, "Missing catch or finally clause");
    const unreachable = clauses.find((_, i) => i > 0 && !clauses[i - 1]?.test);
    if (unreachable) this.unexpected(unreachable.start);
    if (clauses[0]?.test) writeCatches(this.code, clauses);
    return this.finishNode(node, "TryStatement");
  }

  #parseClause(): Clause {
    const { start } = this;
    this.next();
    if (!this.eat(token.parenL)) return { start, param: undefined, test: undefined, body: this.parseBlock() };
    const piece = this.parseBindingAtom();
    const param = this.#source(piece);
    const hasTest = piece.type === "Identifier" && this.eat(token._if);
    const test = hasTest ? this.parseExpression() : undefined;
    this.expect(token.parenR);
    return { start, param, test, body: this.parseBlock() };
  }

  // let (x = 1, y = 2) { … }, and let (x = 1) x + 1

  #isLetHead(): boolean {
    if (!this.isContextual("let")) return false;
    const parenthesis = /\s*\(/y;
    parenthesis.lastIndex = this.start + "let".length;
    return parenthesis.test(this.input);
  }

  #parseLet(isStatement: boolean): Piece {
    const node = this.startNode();
    this.next();
    this.expect(token.parenL);
    const bindings: Binding[] = [];
    do bindings.push(this.#parseBinding());
    while (this.eat(token.comma));
    this.expect(token.parenR);
    if (isStatement && this.type === token.braceL) {
      writeLetBlock(this.code, node.start, bindings, this.parseBlock());
      return this.finishNode(node, "BlockStatement");
    }
    writeLetExpression(this.code, node.start, bindings, this.parseExpression());
    if (isStatement) this.semicolon();
    return this.finishNode(node, isStatement ? "LetStatement" : "CallExpression");
  }

  #parseBinding(): Binding {
    const pattern = this.#source(this.parseBindingAtom());
    return { pattern, init: this.eat(token.eq) ? this.parseMaybeAssign() : undefined };
  }

  // [x * x for each (x in list) if (x > 1)]

  #parseArray(errors: unknown): Piece {
    const node = this.startNode();
    this.next();
    const isPlain = [token.bracketR, token.comma, token.ellipsis].some((type) => this.type === type);
    const first = isPlain ? [] : [this.parseMaybeAssign(false, errors)];
    if (first[0] && this.type === token._for) return this.#parseComprehension(node, first[0]);
    if (first[0] && !this.eat(token.comma)) this.expect(token.bracketR);
    const isOver = first[0] !== undefined && this.#last() === "]";
    const rest = isOver ? [] : this.parseExprList(token.bracketR, true, true, errors);
    return this.finishNode({ ...node, elements: [...first, ...rest] } as Piece, "ArrayExpression");
  }

  #parseComprehension(node: Piece, result: Piece): Piece {
    const loops: Generated[] = [];
    while (this.eat(token._for)) loops.push(this.#parseGenerated());
    if (loops.length > MAX_LOOPS)
      throw new ScriptFault(`A list has ${loops.length} loops, and may have at most ${MAX_LOOPS}.`);
    const test = this.eat(token._if) ? this.#parseParenthesized() : undefined;
    this.expect(token.bracketR);
    writeList(this.code, node.start, this.lastTokEnd, { result, loops, test });
    return this.finishNode(node, "CallExpression");
  }

  #parseGenerated(): Generated {
    const isEach = this.isContextual("each");
    if (isEach) this.next();
    this.expect(token.parenL);
    const pattern = this.#source(this.parseBindingAtom());
    const isOf = this.isContextual("of");
    if (isEach ? isOf : !isOf && this.type !== token._in) this.unexpected();
    this.next();
    const right = this.parseExpression();
    this.expect(token.parenR);
    return { kind: isEach ? "each" : isOf ? "of" : "in", pattern, right };
  }

  #parseParenthesized(): Piece {
    this.expect(token.parenL);
    const piece = this.parseExpression();
    this.expect(token.parenR);
    return piece;
  }

  #source({ start, end }: Piece): string {
    return this.input.slice(start, end);
  }

  /** What ends at a place is written before what begins there, and what is within before what is around it. */
  #wrap({ start, end }: Piece, before: string, after: string): void {
    this.code.prependRight(start, before);
    this.code.appendLeft(end, after);
  }
}

/** Whether a loop has a pattern for two things, declared or not. */
function isPair(init: Piece): boolean {
  const { declarations } = init as Piece & { declarations?: readonly { id: Piece }[] };
  const pattern = (declarations?.[0]?.id ?? init) as Piece & { elements?: readonly unknown[] };
  return pattern.type === "ArrayPattern" && pattern.elements?.length === 2;
}
