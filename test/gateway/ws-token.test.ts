// Sessions that were opened by a token: how long they live, and how they go on with a new one (JWT-TOKEN).

import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, describe, expect, test, vi } from "vitest";
import { authenticationFailed } from "../../src/gateway/auth/errors.ts";
import type { WebSocketParts } from "../../src/gateway/ws/door.ts";
import { lifetime } from "../../src/gateway/ws/lifetime.ts";
import type { AuthContext } from "../../src/signals/signal.ts";
import { commandMessage, openSession, type Session } from "../support/socket.ts";
import { openDoor } from "../support/ws-door.ts";

const by = (expiresInMs: number, subjects = ["oidc:ann"], claims = {}): AuthContext => ({
  subjects,
  token: { claims, expiresAt: Date.now() + expiresInMs },
});

/** A door that lets everybody in as `auth`, and whose tokens are the names of `tokens`. */
const doorFor = (
  auth: AuthContext,
  tokens: Readonly<Record<string, () => AuthContext | Promise<AuthContext>>> = {},
  parts: Partial<WebSocketParts> = {},
) =>
  openDoor({
    authenticate: () => auth,
    verifyToken: (token) => {
      const verify = tokens[token];
      if (!verify) throw authenticationFailed();
      return verify();
    },
    ...parts,
  });

/** A command and its answer: afterwards all that was sent before has been taken. */
async function expectAlive(session: Session) {
  expect(await session.ask(commandMessage("lamp", "modify", "/attributes/n", 1))).toMatchObject({
    status: 204,
  });
}
const expired = { code: 1000, reason: "gateway:websocket.session.expired" };
const closed = { code: 1000, reason: "gateway:websocket.session.closed" };

test("headers that are made of claims go with every command of the session, before those that it sends", async () => {
  const token = { claims: {}, expiresAt: Date.now() + 60_000, headers: { "user-email": "ann@example.org" } };
  await using door = await doorFor({ subjects: ["oidc:ann"], token });
  await using session = await openSession(door);
  const command = commandMessage("lamp", "modify", "/attributes/n", 1, { "user-email": "eve@example.org" });

  expect(await session.ask(command)).toMatchObject({ headers: { "user-email": "ann@example.org" } });
});

describe("the end of a token", () => {
  test("is the end of the session that it opened, of which nothing more is said", async () => {
    await using door = await doorFor(by(150));
    await using session = await openSession(door);
    const opened = Date.now();
    await expectAlive(session);

    expect(await session.closed).toEqual(expired);
    expect(Date.now() - opened).toBeGreaterThanOrEqual(100);
    expect(session.inbox).toEqual([]);
  });

  test("comes at once where it is over already", async () => {
    await using door = await doorFor(by(-1_000));
    await using session = await openSession(door);

    expect(await session.closed).toEqual(expired);
  });

  test("ends what the session had subscribed to, and takes no further command, whatever its client does", async () => {
    await using door = await doorFor(by(100));
    await using session = await openSession(door);
    session.send("START-SEND-POLICY-ANNOUNCEMENTS");
    await session.next();
    session.socket.pause(); // it answers no closing frame
    await sleep(200);

    session.send(commandMessage("lamp", "modify", "/attributes/n", 1));
    await sleep(100);

    expect(door.commands).toEqual([]);
  });

  test("does not concern a session that no token opened", async () => {
    await using door = await doorFor({ subjects: ["nginx:ditto"] });
    await using session = await openSession(door);
    await sleep(50);

    await expectAlive(session);
  });
});

describe("JWT-TOKEN", () => {
  test("with a token for the same subjects moves the end, and is not answered", async () => {
    await using door = await doorFor(by(200), { next: () => by(600) });
    await using session = await openSession(door);
    const opened = Date.now();

    session.send("JWT-TOKEN?jwtToken=next");
    await sleep(350);
    await expectAlive(session);

    expect(await session.closed).toEqual(expired);
    expect(Date.now() - opened).toBeGreaterThanOrEqual(590);
    expect(session.inbox).toEqual([]);
  });

  test("may also bring the end nearer", async () => {
    await using door = await doorFor(by(60_000), { next: () => by(50) });
    await using session = await openSession(door);

    session.send("JWT-TOKEN?jwtToken=next");

    expect(await session.closed).toEqual(expired);
  });

  test("that is verified at once makes the claims of the next command those of the new token", async () => {
    const next = by(60_000, ["oidc:ann"], { tenant: "b" });
    await using door = await doorFor(by(60_000, ["oidc:ann"], { tenant: "a" }), { next: () => next });
    await using session = await openSession(door);

    await expectAlive(session);
    session.send("JWT-TOKEN?jwtToken=next");
    await expectAlive(session);

    expect(door.commands.map(({ auth }) => auth.token?.claims.tenant)).toEqual(["a", "b"]);
  });

  test("keeps the subscriptions, and the order of what is sent meanwhile", async () => {
    const verified = Promise.withResolvers<AuthContext>();
    await using door = await doorFor(by(60_000), { slow: () => verified.promise });
    await using session = await openSession(door);
    session.send("START-SEND-POLICY-ANNOUNCEMENTS");
    await session.next();

    session.send("JWT-TOKEN?jwtToken=slow");
    await expectAlive(session);
    const announcement = {
      policyId: "org.acme:lamp",
      name: "subjectDeletion",
      value: {},
      headers: { "correlation-id": "c" },
    } as const;
    door.announcements.publish({ ...announcement, subjects: ["oidc:ann"] });
    verified.resolve(by(60_000));

    expect((await session.message()).topic).toBe("org.acme/lamp/policies/announcements/subjectDeletion");
    await expectAlive(session);
  });

  test("of which the newest counts, even if an older one is verified later", async () => {
    const verified = Promise.withResolvers<AuthContext>();
    const tokens = { slow: () => verified.promise, next: () => by(60_000) };
    await using door = await doorFor(by(60_000), tokens);
    await using session = await openSession(door);

    session.send("JWT-TOKEN?jwtToken=slow");
    session.send("JWT-TOKEN?jwtToken=next");
    await expectAlive(session);
    verified.resolve(by(0));
    await sleep(50);

    await expectAlive(session);
  });

  const others: readonly (readonly [says: string, subjects: string[]])[] = [
    ["other subjects", ["oidc:bob"]],
    ["more subjects", ["oidc:ann", "oidc:bob"]],
    ["fewer subjects", []],
  ];
  test.each(others)("with a token for %s ends the session", async (_, subjects) => {
    await using door = await doorFor(by(60_000), { other: () => by(60_000, subjects) });
    await using session = await openSession(door);

    session.send("JWT-TOKEN?jwtToken=other");

    expect(await session.closed).toEqual(closed);
  });

  test.each(["JWT-TOKEN?jwtToken=bad", "JWT-TOKEN?jwtToken=", "JWT-TOKEN?", "JWT-TOKEN"])(
    "without a valid token ends the session: %s",
    async (message) => {
      await using door = await doorFor(by(60_000));
      await using session = await openSession(door);

      session.send(message);

      expect(await session.closed).toEqual(closed);
      expect(session.inbox).toEqual([]);
      expect(door.faults).toEqual([]);
    },
  );

  test("ends a session that no token opened, though the subjects are the same", async () => {
    await using door = await doorFor({ subjects: ["oidc:ann"] }, { next: () => by(60_000) });
    await using session = await openSession(door);

    session.send("JWT-TOKEN?jwtToken=next");

    expect(await session.closed).toEqual(closed);
  });

  test("ends the session where no issuer is trusted", async () => {
    await using door = await openDoor({ authenticate: () => by(60_000) });
    await using session = await openSession(door);

    session.send("JWT-TOKEN?jwtToken=next");

    expect(await session.closed).toEqual(closed);
  });

  test("whose verification fails by a fault of the server ends the session as a fault", async () => {
    const boom = new Error("boom");
    await using door = await doorFor(by(60_000), { next: () => Promise.reject(boom) });
    await using session = await openSession(door);

    session.send("JWT-TOKEN?jwtToken=next");

    expect(await session.closed).toEqual({ code: 1011, reason: "the server failed" });
    expect(door.faults).toEqual([boom]);
  });

  test("counts as work: too many that wait for their issuer, and the session is read no further", async () => {
    let asked = 0;
    const verified = Promise.withResolvers<AuthContext>();
    const slow = () => {
      asked++;
      return verified.promise;
    };
    await using door = await doorFor(by(60_000), { slow }, { maxInWork: 2 });
    await using session = await openSession(door);

    for (let i = 0; i < 50; i++) session.send("JWT-TOKEN?jwtToken=slow");
    await sleep(100);
    // What came in the same packet has been read already.
    expect(asked).toBeLessThan(50);
    verified.resolve(by(60_000));

    await expectAlive(session);
    expect(asked).toBe(50);
  });

  test("is what a line begins with: other lines are no messages", async () => {
    await using door = await doorFor(by(60_000));
    await using session = await openSession(door);

    for (const text of ["JWTTOKEN?jwtToken=abc", "JWT-TOKE", " JWT-TOKEN"]) {
      expect(await session.ask(text)).toEqual({
        topic: "unknown/unknown/things/twin/errors",
        headers: { "response-required": false, "content-type": "application/json" },
        path: "/",
        value: expect.objectContaining({ status: 400, error: "json.invalid" }),
        status: 400,
      });
    }
  });
});

describe("a lifetime", () => {
  afterEach(() => vi.useRealTimers());
  const DAY_MS = 86_400_000;

  test("may be longer than a timer of Node", () => {
    vi.useFakeTimers();
    const onEnd = vi.fn();
    lifetime(onEnd).until(Date.now() + 60 * DAY_MS);

    vi.advanceTimersByTime(60 * DAY_MS - 1);
    expect(onEnd).not.toHaveBeenCalled();
    vi.advanceTimersByTime(1);
    expect(onEnd).toHaveBeenCalledTimes(1);
  });

  test("keeps one timer however often its end is moved, and none when it is stopped", () => {
    vi.useFakeTimers();
    const onEnd = vi.fn();
    const life = lifetime(onEnd);

    for (let i = 1; i <= 100; i++) life.until(Date.now() + i * 1_000);
    expect(vi.getTimerCount()).toBe(1);
    life.stop();

    expect(vi.getTimerCount()).toBe(0);
  });

  test("goes by the clock, not by the time that has passed", () => {
    vi.useFakeTimers();
    const onEnd = vi.fn();
    const end = Date.now() + 1_000;
    lifetime(onEnd).until(end);

    vi.setSystemTime(end - 5_000);
    vi.advanceTimersByTime(1_000);
    expect(onEnd).not.toHaveBeenCalled();
    vi.advanceTimersByTime(5_000);
    expect(onEnd).toHaveBeenCalledTimes(1);
  });
});
