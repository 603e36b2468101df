import { expect, test } from "vitest";
import { Lease, leaseTimes } from "../../src/cluster/lease.ts";

function leaseAt(start: number) {
  const clock = { now: start };
  const lease = new Lease(leaseTimes(3_000), () => clock.now);
  return { clock, lease };
}

test("a lease counts from when its renewal was sent, and less than its whole time", () => {
  const { clock, lease } = leaseAt(1_000);
  const renewal = lease.sending();
  clock.now = 2_000;
  expect(lease.holds).toBe(false);

  lease.confirmed(renewal);

  clock.now = 3_699;
  expect(lease.holds).toBe(true);
  clock.now = 3_700;
  expect(lease.holds).toBe(false);
});

test("a confirmation that comes too late does not count, the next one tells that the lease holds again", () => {
  const { clock, lease } = leaseAt(0);
  lease.confirmed(lease.sending());
  const late = lease.sending();
  clock.now = 5_000;

  expect(lease.confirmed(late)).toBe(false);
  expect(lease.holds).toBe(false);
  expect(lease.confirmed(lease.sending())).toBe(true);
  expect(lease.confirmed(lease.sending())).toBe(false);
});

test("what was sent before the end, and what was never sent, does not count", () => {
  const { lease } = leaseAt(0);
  const renewal = lease.sending();
  lease.end();

  expect(lease.confirmed(renewal)).toBe(false);
  expect(lease.confirmed(99)).toBe(false);
  expect(lease.holds).toBe(false);
});
