import { compressionsAlgorithms } from "@platformatic/kafka";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Corrupt } from "../../../src/connectivity/connectors/kafka/corrupt.ts";
import { decompress, MOST_BYTES } from "../../../src/connectivity/connectors/kafka/decompression.ts";

const codecs = ["gzip", "snappy", "lz4", "zstd"] as const;
/** Texts that repeat themselves, near and far, between bytes that do not. */
const contents = fc
  .array(
    fc.oneof(fc.uint8Array({ maxLength: 300 }), fc.constantFrom("sensor", "aaaaaaaaaaaaaaaa", '{"value":1}')),
    {
      maxLength: 400,
    },
  )
  .map((parts) => Buffer.concat(parts.map((part) => Buffer.from(part as string))));

describe.each(codecs)("%s", (name) => {
  const { bitmask, compressSync } = compressionsAlgorithms[name];

  test("gives back what was compressed", () => {
    fc.assert(
      fc.property(contents, (plain) => {
        expect(decompress(bitmask, compressSync(plain)).equals(plain)).toBe(true);
      }),
    );
  });

  test("gives back megabytes", () => {
    const plain = Buffer.from(Array.from({ length: 300_000 }, (_, index) => `m${index} `).join(""));
    expect(decompress(bitmask, compressSync(plain)).equals(plain)).toBe(true);
  });

  test("is refused beyond the bound, and taken up to it", () => {
    expect(decompress(bitmask, compressSync(Buffer.alloc(MOST_BYTES))).length).toBe(MOST_BYTES);
    expect(() => decompress(bitmask, compressSync(Buffer.alloc(MOST_BYTES + 1)))).toThrow(
      `it has over ${MOST_BYTES} bytes`,
    );
  });

  test("that was tampered with is refused, or gives something else within the bound", () => {
    fc.assert(
      fc.property(contents, fc.nat(), fc.integer({ min: 1, max: 255 }), (plain, place, change) => {
        const bytes = Buffer.from(compressSync(plain));
        const at = place % bytes.length;
        bytes[at] = (bytes[at] as number) ^ change;
        try {
          expect(decompress(bitmask, bytes).length).toBeLessThanOrEqual(MOST_BYTES);
        } catch (error) {
          expect(error).toBeInstanceOf(Corrupt);
        }
      }),
    );
  });
});

test("snappy in the frames of its Java library is read, each block by itself", () => {
  const { bitmask, compressSync } = compressionsAlgorithms.snappy;
  const header = Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0, 0, 0, 0, 1, 0, 0, 0, 1]);
  const blocks = ["one ", "two"].map((text) => {
    const block = Buffer.from(compressSync(Buffer.from(text)));
    const length = Buffer.alloc(4);
    length.writeUInt32BE(block.length);
    return Buffer.concat([length, block]);
  });
  expect(decompress(bitmask, Buffer.concat([header, ...blocks])).toString()).toBe("one two");
  expect(() => decompress(bitmask, Buffer.concat([header, ...blocks]).subarray(0, -1))).toThrow(Corrupt);
});

test("a compression that nobody knows is refused", () => {
  expect(() => decompress(5, Buffer.from("x"))).toThrow("its compression (5) is unknown");
});
