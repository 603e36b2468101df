import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { bridge, lastOf, refused, worldOf } from "./world.ts";

beforeEach(() => void vi.useFakeTimers({ now: 0 }));
afterEach(() => void vi.useRealTimers());

describe("a test", () => {
  test("connects and leaves nothing", async () => {
    const { all, clients, closed, declaredAcks } = worldOf();
    await all.test(bridge());
    expect(clients.map(({ parts, calls }) => [parts.isTest, calls])).toEqual([[true, ["open", "close"]]]);
    expect(closed).toHaveBeenCalledTimes(1);
    expect([all.status("bridge"), declaredAcks.isDeclared("bridge:mine")]).toEqual([undefined, false]);
  });

  test("tells why it could not connect, or that it took too long", async () => {
    const failing = worldOf({ behaviour: { open: refused } });
    await expect(failing.all.test(bridge())).rejects.toMatchObject({
      ...{ code: "connectivity:connection.failed", text: { description: "refused" } },
    });
    const hanging = worldOf({ behaviour: { open: () => new Promise(() => undefined) } });
    const testing = hanging.all.test(bridge());
    testing.catch(() => undefined);
    await vi.advanceTimersByTimeAsync(1000);
    await expect(testing).rejects.toMatchObject({ code: "connectivity:connection.failed" });
    expect(lastOf(hanging.clients).calls).toEqual(["open", "close"]);
  });
});
