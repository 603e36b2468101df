import { generateKeyPairSync, randomBytes } from "node:crypto";
import { once } from "node:events";
import { connect, createServer } from "node:net";
import { buffer } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Endpoint } from "../../../src/connectivity/connectors/connector.ts";
import type { SshTunnel } from "../../../src/connectivity/model.ts";
import { openTunnel, type Tunnel } from "../../../src/connectivity/net/ssh-tunnel.ts";
import { startHttpEndpoint } from "../../support/brokers/https.ts";
import { startSshd, type TestSshd } from "../../support/brokers/sshd.ts";
import { anyHost, strictHosts, tunnelBy, tunnelSettings } from "./connections.ts";
import { startPasswordSshd } from "./password-sshd.ts";

let sshd: TestSshd;
beforeAll(async () => {
  sshd = await startSshd();
});
afterAll(() => sshd[Symbol.asyncDispose]());

const byKey = (some: Partial<SshTunnel> = {}): SshTunnel =>
  tunnelBy(sshd.uri, {
    credentials: {
      type: "public-key",
      username: sshd.username,
      publicKey: sshd.publicKey,
      privateKey: sshd.privateKey,
    },
    ...some,
  });

const open = (tunnel: SshTunnel, port: number, settings = tunnelSettings): Promise<Tunnel> =>
  openTunnel(tunnel, { host: "127.0.0.1", port }, anyHost, settings);

const get = async ({ host, port }: Endpoint): Promise<number> =>
  (await fetch(`http://${host}:${port}/`)).status;

describe("through a real SSH server", () => {
  test("what is sent with a key arrives at the target", async () => {
    await using endpoint = await startHttpEndpoint();
    const tunnel = await open(byKey(), endpoint.port);

    expect(await get(tunnel.endpoint)).toBe(204);
    expect(tunnel.endpoint.host).toBe("127.0.0.1");

    await tunnel.close();
    await expect(get(tunnel.endpoint)).rejects.toThrow();
  });

  test("a megabyte comes back as it was, on several connections at once", async () => {
    const echo = createServer({ allowHalfOpen: true }, (socket) => socket.pipe(socket));
    await once(echo.listen(0, "127.0.0.1"), "listening");
    const tunnel = await open(byKey(), (echo.address() as { port: number }).port);

    const outcomes = await Promise.all(
      [1, 2, 3].map(async () => {
        const bytes = randomBytes(1_048_576);
        const socket = connect(tunnel.endpoint);
        socket.end(bytes);
        return (await buffer(socket)).equals(bytes);
      }),
    );
    await tunnel.close();
    echo.close();

    expect(outcomes).toEqual([true, true, true]);
  });

  test.each(["sha256", "sha512", "sha1", "md5"])(
    "a host is known by its fingerprint of %s",
    async (digest) => {
      const knownHosts = ["SHA256:other", await sshd.fingerprint(digest)];
      const tunnel = await open(byKey({ validateHost: true, knownHosts }), 9);

      await tunnel.close();
    },
  );

  test("a host with another fingerprint is refused, and told", async () => {
    const own = await sshd.fingerprint("sha256");
    const knownHosts = [`MD5:${"00:".repeat(15)}00`, "SHA256:AAAA", own.slice(0, -1)];

    await expect(open(byKey({ validateHost: true, knownHosts }), 9)).rejects.toMatchObject({
      name: "ConnectFailure",
      isMisconfigured: true,
      message: expect.stringContaining(own),
    });
  });

  test("a key that it does not know is refused", async () => {
    const { publicKey, privateKey } = generateKeyPairSync("rsa", {
      modulusLength: 2048,
      publicKeyEncoding: { type: "spki", format: "pem" },
      privateKeyEncoding: { type: "pkcs8", format: "pem" },
    });
    const credentials = { type: "public-key", username: sshd.username, publicKey, privateKey } as const;

    await expect(open(byKey({ credentials }), 9)).rejects.toMatchObject({
      isMisconfigured: true,
      message: expect.stringContaining("credentials"),
    });
  });

  test("a wrong password is refused", async () => {
    const credentials = { type: "plain", username: sshd.username, password: "wrong" } as const;

    await expect(open(byKey({ credentials }), 9)).rejects.toThrow(/does not accept the credentials/);
  });

  test("a target that refuses ends the socket, not the tunnel", async () => {
    await using endpoint = await startHttpEndpoint();
    const tunnel = await open(byKey(), endpoint.port);
    await endpoint.stop();

    await expect(get(tunnel.endpoint)).rejects.toThrow();
    await endpoint.start();
    expect(await get(tunnel.endpoint)).toBe(204);

    await tunnel.close();
  });

  test("a tunnel that the server ends is lost, with its sockets", async () => {
    await using endpoint = await startHttpEndpoint();
    endpoint.answer(() => undefined);
    const tunnel = await open(byKey(), endpoint.port);
    const asked = get(tunnel.endpoint).catch((error: Error) => error);
    await expect.poll(() => endpoint.received.length).toBe(1);

    await sshd.endSessions();

    expect((await tunnel.lost).message).toMatch(/tunnel is lost/);
    expect(await asked).toBeInstanceOf(Error);
    await tunnel.close();
  });

  test("a tunnel without traffic is lost after the idle time", async () => {
    const tunnel = await open(byKey(), 9, { ...tunnelSettings, idleTimeout: 100 });

    expect((await tunnel.lost).message).toMatch(/idle/);
  });

  test("heartbeats keep a tunnel from being idle", async () => {
    const settings = { ...tunnelSettings, idleTimeout: 300, heartbeatInterval: 50 };
    const tunnel = await open(byKey(), 9, settings);
    const pause = new Promise((resolve) => setTimeout(resolve, 700, "still there"));

    expect(await Promise.race([tunnel.lost, pause])).toBe("still there");
    await tunnel.close();
  });
});

describe("with a password", () => {
  test("what is sent arrives at the target, and no other proof is tried", async () => {
    await using server = await startPasswordSshd("secret");
    await using endpoint = await startHttpEndpoint();
    const tunnel = await open(tunnelBy(server.uri), endpoint.port);

    expect(await get(tunnel.endpoint)).toBe(204);
    expect(server.methods).toEqual(["password"]);
    await tunnel.close();
  });
});

test("an SSH server that is not there is told", async () => {
  const { port } = await startHttpEndpoint().then(async (endpoint) => {
    await endpoint.stop();
    return endpoint;
  });

  await expect(open(tunnelBy(`ssh://127.0.0.1:${port}`), 9)).rejects.toMatchObject({
    isMisconfigured: true,
    message: expect.stringContaining("ECONNREFUSED"),
  });
});

test("an SSH server on a blocked host is not connected to", async () => {
  await using server = await startPasswordSshd("secret");
  const target = { host: "public.example", port: 1 };

  await expect(openTunnel(tunnelBy(server.uri), target, strictHosts(), tunnelSettings)).rejects.toThrow(
    /loopback/,
  );
  expect(server.methods).toEqual([]);
});
