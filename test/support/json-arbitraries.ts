// Random JSON for property tests: awkward keys, exact integers, nothing that JSON cannot say.

import fc from "fast-check";
import { type JsonObject, type JsonValue, putKey, rawNumber } from "../../src/base/json/json.ts";

export const anyKey = fc.oneof(
  fc.constantFrom("a", "b", "c", "__proto__", "constructor", "toString", "€", "~", "~1", "k-1", "0"),
  fc.string({ minLength: 1, maxLength: 5 }),
);

const bigInteger = fc
  .oneof(
    fc.bigInt({ min: -(2n ** 63n), max: -(2n ** 53n) }),
    fc.bigInt({ min: 2n ** 53n, max: 2n ** 63n - 1n }),
  )
  // What a double prints digit by digit is read as a double.
  .map((value) => (String(Number(value)) === String(value) ? Number(value) : rawNumber(String(value))));

const scalar: fc.Arbitrary<JsonValue> = fc.oneof(
  fc.constant(null),
  fc.boolean(),
  fc.maxSafeInteger(),
  fc.double({ noNaN: true, noDefaultInfinity: true }).filter((value) => !isUnsafeInteger(value)),
  fc.string({ maxLength: 8 }),
  bigInteger,
);

// `1e+20` is a decimal on the wire and stays a double; digits beyond 2^53 are an exact integer.
const isUnsafeInteger = (value: number) => Number.isInteger(value) && !Number.isSafeInteger(value);

const { value: anyJson } = fc.letrec<{ value: JsonValue }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    scalar,
    fc.array(tie("value"), { maxLength: 4 }),
    objectOf(tie("value")),
  ),
}));

export { anyJson };

/** An object of random members; `__proto__` is a member like any other. */
export function objectOf(value: fc.Arbitrary<JsonValue>): fc.Arbitrary<JsonObject> {
  return fc.array(fc.tuple(anyKey, value), { maxLength: 4 }).map((members) => {
    const object: { [key: string]: JsonValue } = {};
    for (const [key, member] of members) putKey(object, key, member);
    return object;
  });
}

export const anyObject = objectOf(anyJson);
export const anyPath = fc.array(anyKey, { minLength: 1, maxLength: 4 });
