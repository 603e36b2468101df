import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { hostsBy } from "../../../src/connectivity/net/hosts.ts";
import { prepare } from "../../../src/connectivity/net/prepare.ts";
import { startHttpEndpoint } from "../../support/brokers/https.ts";
import { startSshd, type TestSshd } from "../../support/brokers/sshd.ts";
import { anyHost, connectionTo, strictHosts, tunnelBy, tunnelSettings } from "./connections.ts";

const schemes = { tcp: { isSecure: false, port: 1883 }, ssl: { isSecure: true, port: 8883 } };
const mqtt = (uri: string) => connectionTo(uri, { connectionType: "mqtt" });
const ways = (hosts = anyHost) => ({ hosts, tunnel: tunnelSettings });

test("the endpoint is that of the URI where any host may be used", async () => {
  const prepared = await prepare(connectionTo("tcp://broker.example:1883"), schemes, ways());

  expect(prepared.endpoint).toEqual({ host: "broker.example", port: 1883 });
  expect(prepared.tls).toBeUndefined();
  await prepared.close();
});

test("TLS is with the name of the URI", async () => {
  const { tls } = await prepare(connectionTo("ssl://broker.example:8883"), schemes, ways());

  expect(tls).toEqual({ servername: "broker.example", rejectUnauthorized: true });
});

test("another scheme is refused", async () => {
  await expect(prepare(connectionTo("ftp://broker.example:21"), schemes, ways())).rejects.toMatchObject({
    code: "connectivity:connection.uri.invalid",
  });
});

describe("where hosts are restricted", () => {
  const hosts = (...addresses: readonly string[]) =>
    hostsBy(
      {
        allowedHostnames: [],
        blockedHostnames: ["localhost"],
        blockedSubnets: [],
        blockedHostRegex: undefined,
      },
      async (host) => (host === "localhost" ? [] : addresses.map((address) => ({ address, family: 4 }))),
    );

  test("the endpoint is the address that was checked, TLS stays with the name", async () => {
    const prepared = await prepare(mqtt("ssl://broker.example:8883"), schemes, ways(hosts("93.184.216.34")));

    expect(prepared.endpoint).toEqual({ host: "93.184.216.34", port: 8883 });
    expect(prepared.tls?.servername).toBe("broker.example");
  });

  test("a name of an internal address is refused when it is connected to", async () => {
    const refused = prepare(
      mqtt("tcp://broker.example:1883"),
      schemes,
      ways(hosts("93.184.216.34", "10.0.0.1")),
    );

    await expect(refused).rejects.toMatchObject({
      isMisconfigured: true,
      message: expect.stringContaining("10.0.0.1"),
    });
  });

  test("an allowed name is left to the connector", async () => {
    const prepared = await prepare(
      mqtt("tcp://here.example:1883"),
      schemes,
      ways(strictHosts("here.example")),
    );

    expect(prepared.endpoint.host).toBe("here.example");
  });
});

describe("through a tunnel", () => {
  let sshd: TestSshd;
  beforeAll(async () => {
    sshd = await startSshd();
  });
  afterAll(() => sshd[Symbol.asyncDispose]());

  test("the endpoint is its near end, TLS stays with the name, and it is lost with the tunnel", async () => {
    await using endpoint = await startHttpEndpoint();
    const { username, publicKey, privateKey } = sshd;
    const sshTunnel = tunnelBy(sshd.uri, {
      credentials: { type: "public-key", username, publicKey, privateKey },
    });
    const connection = connectionTo(`ssl://127.0.0.1:${endpoint.port}`, { sshTunnel });

    const prepared = await prepare(connection, schemes, ways());
    const answer = await fetch(`http://127.0.0.1:${prepared.endpoint.port}/`);

    expect(answer.status).toBe(204);
    expect(prepared.endpoint.port).not.toBe(endpoint.port);
    expect(prepared.tls?.servername).toBe("127.0.0.1");

    await sshd.endSessions();
    expect((await prepared.lost).message).toMatch(/tunnel is lost/);
    await prepared.close();
  });

  test("a tunnel that is not enabled is not opened", async () => {
    const sshTunnel = tunnelBy("ssh://nowhere.example:22", { enabled: false });
    const prepared = await prepare(connectionTo("tcp://broker.example:1", { sshTunnel }), schemes, ways());

    expect(prepared.endpoint.host).toBe("broker.example");
  });
});
