import { expect, test } from "vitest";
import { heldUntil, LOOK_MS } from "../../../src/pubsub/remote/held-until.ts";

/** A lease and a clock of the test's choice. */
function world() {
  const lease = { holds: true };
  let now = 10_000;
  const held = heldUntil(
    () => lease.holds,
    () => now,
  );
  return {
    lease,
    held,
    /** Looks every time that it should, for so many milliseconds. */
    pass(ms: number): void {
      for (const end = now + ms; now < end; ) {
        now += LOOK_MS;
        held.look();
      }
    },
    /** The process stands still. */
    stand(ms: number): void {
      now += ms;
    },
  };
}

test("a lease that ran out held until it was last looked at before", () => {
  const { lease, held, pass } = world();
  pass(1_000);
  lease.holds = false;
  pass(5_000);
  lease.holds = true;
  pass(LOOK_MS);
  expect(held.lapsed()).toBe(11_000 - LOOK_MS);
});

test("after a standstill it is what was before that, whether or not the lease was renewed since", () => {
  for (const isRenewed of [false, true]) {
    const { lease, held, pass, stand } = world();
    pass(1_000);
    stand(8_000);
    lease.holds = isRenewed; // the first look after it may see either
    held.look();
    lease.holds = true;
    pass(500);
    expect(held.lapsed()).toBe(11_000 - LOOK_MS);
  }
});

test("also where nobody has looked since the standstill", () => {
  const { held, pass, stand } = world();
  pass(1_000);
  stand(8_000);
  expect(held.lapsed()).toBe(11_000 - LOOK_MS);
});

test("a standstill after which the lease went on for long was none, and a lapse is told once", () => {
  const { lease, held, pass, stand } = world();
  stand(2_000);
  pass(31_000);
  expect(held.lapsed()).toBe(43_000 - LOOK_MS);

  lease.holds = false;
  pass(500);
  lease.holds = true;
  held.look();
  expect(held.lapsed()).toBe(43_000 - LOOK_MS);
  pass(1_000);
  expect(held.lapsed()).toBe(44_500 - LOOK_MS);
});
