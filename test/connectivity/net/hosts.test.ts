import { connect } from "node:net";
import { RE2JS } from "re2js";
import { describe, expect, test } from "vitest";
import { ConnectFailure } from "../../../src/connectivity/connectors/connector.ts";
import { type HostRules, hostsBy, type Resolve } from "../../../src/connectivity/net/hosts.ts";
import { openSocket } from "../../../src/connectivity/net/sockets.ts";
import { startHttpEndpoint } from "../../support/brokers/https.ts";

const rules = (some: Partial<HostRules> = {}): HostRules => ({
  allowedHostnames: [],
  blockedHostnames: ["localhost"],
  blockedSubnets: [],
  blockedHostRegex: undefined,
  ...some,
});

const names: Readonly<Record<string, readonly string[]>> = {
  localhost: ["127.0.0.1", "::1"],
  "public.example": ["93.184.216.34"],
  "inside.example": ["93.184.216.34", "192.168.1.5"],
  "blocked.example": ["198.51.100.7"],
  "alias.example": ["198.51.100.7"],
};

const resolve: Resolve = async (host) => {
  const addresses = names[host];
  if (!addresses) throw new Error("ENOTFOUND");
  return addresses.map((address) => ({ address, family: address.includes(":") ? 6 : 4 }));
};

async function check(host: string, some: Partial<HostRules> = {}): Promise<void> {
  const refusal = await hostsBy(rules(some), resolve).refusalOf(host);
  if (refusal !== undefined) throw new Error(refusal);
}

describe("with a blocked host", () => {
  test.each([
    ["127.0.0.1", "loopback"],
    ["127.8.7.6", "loopback"],
    ["::1", "loopback"],
    ["[::1]", "loopback"],
    ["::ffff:127.0.0.1", "loopback"],
    ["::ffff:7f00:1", "loopback"],
    ["0:0:0:0:0:ffff:7f00:0001", "loopback"],
    ["::127.0.0.1", "loopback"],
    ["64:ff9b::7f00:1", "loopback"],
    ["2002:7f00:1::", "loopback"],
    ["0.0.0.0", "wildcard"],
    ["::", "wildcard"],
    ["10.1.2.3", "private"],
    ["172.31.0.1", "private"],
    ["192.168.0.1", "private"],
    ["::ffff:192.168.0.1", "private"],
    ["fec0::1", "private"],
    ["fd12:3456::1", "private"],
    ["169.254.169.254", "link-local"],
    ["fe80::1", "link-local"],
    ["fe80::1%eth0", "link-local"],
    ["224.0.1.1", "multicast"],
    ["ff02::1", "multicast"],
  ])("%s is refused as a %s address", async (host, kind) => {
    await expect(check(host)).rejects.toThrow(kind);
  });

  test.each(["8.8.8.8", "93.184.216.34", "172.32.0.1", "2606:2800:220:1::1", "public.example"])(
    "%s may be used",
    async (host) => {
      await expect(check(host)).resolves.toBeUndefined();
    },
  );

  test("a name is refused as soon as one of its addresses is an internal one", async () => {
    await expect(check("inside.example")).rejects.toMatchObject({
      message: expect.stringMatching(/inside\.example.*192\.168\.1\.5/),
    });
  });

  test("another name of the blocked host is refused", async () => {
    const some = { blockedHostnames: ["blocked.example"] };

    await expect(check("alias.example", some)).rejects.toThrow(/blocked address/);
    await expect(check("public.example", some)).resolves.toBeUndefined();
  });

  test("a blocked name is refused however it is written, also when it resolves to nothing", async () => {
    await expect(check("Gone.Example.", { blockedHostnames: ["gone.example"] })).rejects.toThrow(/blocked/);
  });

  test("internal addresses stay blocked when the blocked name resolves to nothing", async () => {
    await expect(check("10.0.0.1", { blockedHostnames: ["gone.example"] })).rejects.toThrow(/private/);
  });

  test("a name that resolves to nothing is refused", async () => {
    await expect(check("nowhere.example")).rejects.toThrow(/unknown/);
  });

  test.each(["198.51.100.7", "blocked.example", "::ffff:198.51.100.7"])(
    "%s is in a blocked network",
    async (host) => {
      await expect(check(host, { blockedSubnets: ["198.51.0.0/16"] })).rejects.toThrow(/blocked network/);
    },
  );

  test("networks of IPv6 are blocked", async () => {
    await expect(check("2001:db8:1::9", { blockedSubnets: ["2001:db8::/32"] })).rejects.toThrow(/network/);
    await expect(check("2001:db9::9", { blockedSubnets: ["2001:db8::/32"] })).resolves.toBeUndefined();
  });

  test("the pattern must match the whole host", async () => {
    const some = { blockedHostRegex: RE2JS.compile(".*\\.example") };

    await expect(check("PUBLIC.example", some)).rejects.toThrow(/blocked/);
    await expect(check("8.8.8.8", some)).resolves.toBeUndefined();
  });

  test.each(["localhost", "10.0.0.1", "::1", "inside.example"])(
    "%s may be used where it is allowed",
    async (host) => {
      await expect(check(host, { allowedHostnames: [host.toUpperCase()] })).resolves.toBeUndefined();
    },
  );
});

test("without a blocked host nothing is blocked, as in Ditto", async () => {
  const some = { blockedHostnames: [], blockedSubnets: ["127.0.0.0/8"] };

  await expect(check("127.0.0.1", some)).resolves.toBeUndefined();
  await expect(check("nowhere.example", some)).resolves.toBeUndefined();
});

test("a network that is none is told", () => {
  expect(() => hostsBy(rules({ blockedSubnets: ["10.0.0.0/33"] }))).toThrow("'10.0.0.0/33' is no network");
});

test("a name that resolves to an internal address when it is connected to is not connected to", async () => {
  await using endpoint = await startHttpEndpoint();
  let asked = 0;
  const rebinding: Resolve = async (host) =>
    host === "localhost"
      ? [{ address: "127.0.0.1", family: 4 }]
      : [{ address: asked++ === 0 ? "93.184.216.34" : "127.0.0.1", family: 4 }];
  const hosts = hostsBy(rules(), rebinding);

  expect(await hosts.refusalOf("rebinding.example")).toBeUndefined();

  await expect(openSocket(hosts, { host: "rebinding.example", port: endpoint.port }, 1000)).rejects.toThrow(
    /127\.0\.0\.1 is a loopback/,
  );
  expect(endpoint.sockets).toBe(0);
});

test("what was checked is what is connected to: the name is resolved once", async () => {
  await using endpoint = await startHttpEndpoint();
  let asked = 0;
  const hosts = hostsBy(rules({ allowedHostnames: ["here.example"] }), async () => {
    asked++;
    return [{ address: "127.0.0.1", family: 4 }];
  });

  const socket = await openSocket(hosts, { host: "here.example", port: endpoint.port }, 1000);
  socket.destroy();

  expect(asked).toBe(1);
});

test("the lookup for sockets refuses as the check does", async () => {
  const { lookup } = hostsBy(rules(), resolve);
  const socket = connect({ host: "inside.example", port: 80, lookup });

  const error = await new Promise((told) => socket.once("error", told));

  expect(error).toBeInstanceOf(ConnectFailure);
});
