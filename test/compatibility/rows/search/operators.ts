// What the operators of a filter find.

import { type Row, row } from "../../row.ts";
import { finds, first, misses } from "./asking.ts";

/** One row for an operator: what it finds, and what it does not. */
const operator = (name: string, says: string, found: readonly string[], missed: readonly string[]): Row =>
  row(
    `search ${name}`,
    says,
    first,
    ...found.map((filter) => finds(filter)),
    ...missed.map((filter) => misses(filter)),
  );

export const operatorRows: readonly Row[] = [
  operator(
    "eq",
    "holds for an equal value of the same type, in an array for any element; `null` equals null, and nothing that is absent",
    [
      'eq(attributes/colour,"red")',
      "eq(attributes/colour,'red')",
      'eq(/attributes/colour,"red")',
      'eq(attributes/more/list,"a")',
      'eq(attributes/more/list/k,"v")',
      "eq(attributes/more/none,null)",
      "eq(features/light/properties/on,false)",
      "eq(attributes/more/big,9007199254740993)",
      'eq(definition,"org.acme:lamp:1.0.0")',
      'eq(policyId,"org.acme:policy")',
      'eq(namespace,"org.acme")',
    ],
    [
      'eq(attributes/place/room,"1")',
      'eq(attributes/colour,"RED")',
      "eq(attributes/absent,null)",
      "eq(attributes/more/big,9007199254740992)",
    ],
  ),
  operator(
    "ne",
    "holds for a value that is there and not equal; of an array no element may be",
    ['ne(attributes/colour,"blue")', 'ne(attributes/place/room,"1")', "ne(attributes/more/list,3)"],
    ["ne(attributes/absent,1)", 'ne(attributes/more/list,"a")', "ne(attributes/place/room,1)"],
  ),
  operator(
    "gt, ge, lt, le",
    "compare values of one type: numbers, texts by code point, false with true",
    [
      "gt(attributes/place/room,0)",
      "ge(attributes/place/room,1)",
      "lt(attributes/place/room,1.5)",
      "le(attributes/more/tall,1.5)",
      'gt(attributes/colour,"blue")',
      "ge(attributes/more/list,2)",
      "lt(features/light/properties/on,true)",
      "lt(_created,time:now+1h)",
      'gt(_modified,"2020-01-01T00:00:00Z")',
      "ge(_revision,1)",
    ],
    [
      'gt(attributes/place/room,"0")',
      "lt(attributes/place/room,1)",
      "gt(attributes/colour,1)",
      "gt(attributes/absent,0)",
    ],
  ),
  operator(
    "in",
    "holds if one of the values is equal",
    ['in(attributes/colour,"blue","red")', 'in(attributes/more/list,7,"a")', "in(attributes/place/room,1)"],
    ['in(attributes/colour,"blue","green")', 'in(attributes/place/room,"1")'],
  ),
  operator(
    "like",
    "holds for a text by a pattern of `*` and `?`, as a whole",
    [
      'like(attributes/colour,"r*")',
      'like(attributes/colour,"*e*")',
      'like(attributes/colour,"?ed")',
      'like(thingId,"org.acme:*")',
      'like(attributes/more/text,"Line*")',
      'like(attributes/more/list,"?")',
    ],
    [
      'like(attributes/colour,"e")',
      'like(attributes/colour,"R*")',
      'like(attributes/place/room,"*")',
      'like(attributes/more/text,"L*o")',
    ],
  ),
  operator(
    "ilike",
    "is `like` whatever the case",
    ['ilike(attributes/colour,"R*")', 'ilike(attributes/colour,"?ED")'],
    ['ilike(attributes/colour,"E")'],
  ),
  operator(
    "exists",
    "holds for what is there, be it null",
    [
      "exists(attributes/more/none)",
      "exists(attributes/place)",
      "exists(features/light)",
      "exists(features/*)",
      "exists(features/*/properties/on)",
      "exists(features/light/definition)",
      "exists(definition)",
      "exists(attributes/more/list/k)",
    ],
    ["exists(attributes/absent)", "exists(features/dark)", "exists(features/*/properties/absent)"],
  ),
  operator(
    "empty",
    'holds for what is absent, null, "", [] or {}',
    [
      "empty(attributes/absent)",
      "empty(attributes/more/none)",
      "empty(attributes/more/note)",
      "empty(features/dark)",
    ],
    ["empty(attributes/colour)", "empty(features/light/properties/on)", "empty(attributes/more/list)"],
  ),
  operator(
    "and, or, not",
    "combine",
    [
      'or(eq(attributes/colour,"blue"),eq(attributes/colour,"red"))',
      'not(eq(attributes/colour,"blue"))',
      "not(exists(attributes/absent))",
      'and(exists(attributes/place),not(or(eq(attributes/colour,"blue"),exists(attributes/absent))))',
    ],
    ['not(eq(attributes/colour,"red"))', 'and(exists(attributes/place),eq(attributes/colour,"blue"))'],
  ),
  operator(
    "features/*",
    "stands for some feature",
    [
      "eq(features/*/properties/level/now,5)",
      "gt(features/*/desiredProperties/level/now,5)",
      'eq(features/*/definition,"org.acme:light:1.0.0")',
    ],
    ["eq(features/*/properties/level/now,6)", "not(exists(features/*))"],
  ),
];
