import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { FUEL, METER, metered } from "../../../src/connectivity/mapping/sandbox/metered.ts";
import { wasm } from "../../../src/connectivity/mapping/sandbox/wasm.ts";

/** `(module (import "e" "f" (func)) (global (mut i32) 7) (func (export "run") (loop (call 0) (br 0))) (start) …)`, by hand. */
const looping = Uint8Array.from([
  ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
  ...[1, 4, 1, 0x60, 0, 0], // type () → ()
  ...[2, 7, 1, 1, 0x65, 1, 0x66, 0, 0], // import e.f
  ...[3, 2, 1, 0], // one function of that type
  ...[6, 6, 1, 0x7f, 1, 0x41, 7, 0x0b], // global
  ...[7, 7, 1, 3, 0x72, 0x75, 0x6e, 0, 1], // export run
  ...[10, 11, 1, 9, 0, 0x03, 0x40, 0x10, 0, 0x0c, 0, 0x0b, 0x0b], // loop call f br
]);

test("an endless loop is stopped by what the meter throws", () => {
  let calls = 0;
  let ticks = 0;
  const tick = () => {
    ticks++;
    if (ticks === 2) throw new Error("enough");
    (exports[FUEL] as { value: number }).value = 10;
  };
  const module = new wasm.Module(metered(looping));
  const { exports } = new wasm.Instance(module, {
    e: { f: () => calls++ },
    [METER.module]: { [METER.tick]: tick },
  });

  expect(() => (exports.run as () => void)()).toThrow("enough");
  expect(calls).toBe(10);
  expect((exports.global0 as { value: number }).value).toBe(7);
});

test("QuickJS as it comes is understood to its end", async () => {
  const quickJs = await readFile(
    fileURLToPath(import.meta.resolve("@jitl/quickjs-wasmfile-release-sync/wasm")),
  );

  expect(() => new wasm.Module(metered(quickJs))).not.toThrow();
});
