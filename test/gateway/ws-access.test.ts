// Which namespaces a session may use, and checks of permissions: what the door asks others about.

import { describe, expect, test } from "vitest";
import { invalidJson } from "../../src/base/json/errors.ts";
import type { NamespaceAccess } from "../../src/conversation/namespace-access.ts";
import { type NamespaceAccessOf, namespaceNotAccessible } from "../../src/gateway/auth/namespace-access.ts";
import { compileEnforcer } from "../../src/policies/enforcer.ts";
import { commandMessage, errorOf, openSession } from "../support/socket.ts";
import { openDoor } from "../support/ws-door.ts";

/** Lets nobody use `org.closed`, and who says so in the handshake no things at all. */
function reachOf(...[, , sent]: Parameters<NamespaceAccessOf>): NamespaceAccess {
  const mayAccess: NamespaceAccess["mayAccess"] = (kind, namespace) =>
    namespace !== "org.closed" && !(sent["x-strict"] === "yes" && kind === "thing");
  const check: NamespaceAccess["check"] = (kind, namespace) => {
    if (!mayAccess(kind, namespace)) throw namespaceNotAccessible(namespace);
  };
  return { mayAccess, check, namespacesFor: (asked) => asked, blocked: [] };
}
const policy = (namespace: string) => ({
  topic: `${namespace}/lamp/policies/commands/retrieve`,
  headers: { "correlation-id": "c" },
  path: "/",
});
const lamp = commandMessage("lamp", "retrieve", "/");
const several = (...thingIds: string[]) => ({
  topic: "_/_/things/twin/commands/retrieve",
  headers: { "correlation-id": "c" },
  path: "/",
  value: { thingIds },
});

const REFUSED = "gateway:namespace.notaccessible";

describe("namespaces that may not be used", () => {
  test("are out of reach on the live channel, for what is asked, told and answered", async () => {
    await using door = await openDoor({ reachOf });
    await using session = await openSession(door);
    const live = (criterion: string, path: string, more: object) => ({
      ...{ topic: `org.closed/lamp/things/live/${criterion}`, headers: { "correlation-id": "c" }, path },
      ...more,
    });

    expect(errorOf(await session.ask(live("messages/ask", "/inbox/messages/ask", {})))).toBe(REFUSED);
    expect(errorOf(await session.ask(live("commands/retrieve", "/", {})))).toBe(REFUSED);
    session.send(live("events/modified", "/attributes/a", { value: 1, revision: 1 }));
    session.send(live("commands/retrieve", "/", { status: 200, value: {} }));
    session.send(live("messages/ask", "/inbox/messages/ask", { status: 200 }));
    session.send(live("errors", "/", { value: { status: 404 } }));

    expect(errorOf(await session.ask(live("commands/retrieve", "/", {})))).toBe(REFUSED);
    expect([door.signals, door.answers, door.faults]).toEqual([[], [], []]);
  });

  test("are refused to commands on things and policies before they are carried out", async () => {
    await using door = await openDoor({ reachOf });
    await using session = await openSession(door);

    expect(await session.ask(lamp)).toMatchObject({ status: 204 });
    expect(await session.ask(policy("org.acme"))).toMatchObject({ status: 204 });
    expect(await session.ask(policy("org.closed"))).toMatchObject({
      topic: "org.closed/lamp/things/twin/errors",
      headers: { "correlation-id": "c" },
      value: { error: "gateway:namespace.notaccessible" },
      status: 403,
    });
    expect(door.commands).toHaveLength(2);
  });

  test("are told to nobody who requires no response", async () => {
    await using door = await openDoor({ reachOf });
    await using session = await openSession(door);

    session.send({ ...policy("org.closed"), headers: { "response-required": false } });

    expect(await session.ask(lamp)).toMatchObject({ status: 204 });
  });

  test("are judged by the headers of the handshake", async () => {
    await using door = await openDoor({ reachOf });
    await using session = await openSession(door, { "x-strict": "yes" });

    expect(errorOf(await session.ask(lamp))).toBe("gateway:namespace.notaccessible");
    expect(await session.ask(policy("org.acme"))).toMatchObject({ status: 204 });
  });

  test("are refused to the retrieve of several things, once one of them is of such a namespace", async () => {
    const list = { several: async (ids: readonly string[]) => ids.map((id) => JSON.stringify(id)) };
    await using door = await openDoor({ reachOf, list: list as never });
    await using session = await openSession(door);

    expect((await session.ask(several("org.acme:a", "nonsense"))).value).toEqual(["org.acme:a", "nonsense"]);
    expect(errorOf(await session.ask(several("org.acme:a", "org.closed:b")))).toBe(
      "gateway:namespace.notaccessible",
    );
  });

  test("tell nothing of their events, whatever a subscription asks for", async () => {
    let judged = 0;
    const counted: NamespaceAccessOf = (...about) => {
      const reach = reachOf(...about);
      return {
        ...reach,
        mayAccess: (...args) => {
          judged++;
          return reach.mayAccess(...args);
        },
      };
    };
    await using door = await openDoor({ reachOf: counted });
    await using session = await openSession(door);
    session.send("START-SEND-EVENTS?namespaces=org.acme,org.closed");
    await session.next();
    const enforcer = compileEnforcer([
      {
        subjects: { "nginx:ditto": { type: "t" } },
        resources: { "thing:/": { grant: ["READ"], revoke: [] } },
      } as never,
    ]);
    const happened = (id: string, revision: number) =>
      door.pubsub.publish(
        {
          ...{ kind: "thing", action: "deleted", path: [], timestamp: 0, originator: "o", headers: {} },
          ...{ id, revision },
        },
        enforcer,
        undefined,
        { value: undefined, revision, created: 0, modified: 0 },
      );

    for (let i = 1; i <= 10; i++) {
      happened("org.closed:lamp", i);
      happened("org.acme:lamp", i);
    }
    session.send("STOP-SEND-EVENTS");
    for (let i = 1; i <= 10; i++)
      expect(await session.message()).toMatchObject({
        topic: expect.stringMatching(/^org\.acme/),
        revision: i,
      });

    expect(await session.next()).toBe("STOP-SEND-EVENTS:ACK");
    expect(judged).toBe(2); // once for each namespace
  });
});

describe("checkPermissions", () => {
  const check = { a: { resource: "thing:/", entityId: "org.acme:lamp", hasPermissions: ["READ"] } };
  const message = {
    topic: "_/_/policies/commands/checkPermissions",
    headers: { "correlation-id": "c" },
    path: "/",
    value: check,
  };

  test("is answered with what holds, and does not say who asked", async () => {
    const asked: unknown[] = [];
    await using door = await openDoor({
      checkPermissions: async (checks, auth) => {
        asked.push([checks, auth.subjects]);
        return { a: true };
      },
    });
    await using session = await openSession(door);

    expect(await session.ask(message)).toEqual({
      topic: "_/_/policies/commands/checkPermissions",
      headers: { "correlation-id": "c", "response-required": false, "content-type": "application/json" },
      path: "/",
      value: { a: true },
      status: 200,
    });
    expect(asked).toEqual([[check, ["nginx:ditto"]]]);
  });

  test("of a value that is no object checks nothing", async () => {
    const asked: unknown[] = [];
    await using door = await openDoor({
      checkPermissions: async (checks) => {
        asked.push(checks);
        return {};
      },
    });
    await using session = await openSession(door);

    for (const value of [undefined, 5, []]) await session.ask({ ...message, value });

    expect(asked).toEqual([{}, {}, {}]);
  });

  test("that is malformed is refused, unless no answer is required", async () => {
    await using door = await openDoor({
      checkPermissions: async () => {
        throw invalidJson("no");
      },
    });
    await using session = await openSession(door);

    session.send({ ...message, headers: { "response-required": false } });
    expect(await session.ask(message)).toMatchObject({
      topic: "unknown/unknown/things/twin/errors",
      headers: { "correlation-id": "c" },
      value: { error: "json.invalid" },
    });
  });
});
