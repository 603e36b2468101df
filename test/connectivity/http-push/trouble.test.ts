// TLS, slow and dying endpoints, queues, order, proxies and tunnels.

import { createServer } from "node:http";
import { connect } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Authority, type Certified, newAuthority } from "../../support/brokers/certificates.ts";
import { type HttpEndpoint, startHttpEndpoint } from "../../support/brokers/https.ts";
import { startSshd } from "../../support/brokers/sshd.ts";
import { closeOnLoopback, listenOnLoopback } from "../../support/loopback.ts";
import { strictHosts, tunnelBy } from "../net/connections.ts";
import { openPusher, publication } from "./pushing.ts";

const plain = (endpoint: HttpEndpoint) => `http://127.0.0.1:${endpoint.port}`;
const secure = (endpoint: HttpEndpoint) => `https://127.0.0.1:${endpoint.port}`;
const message = publication("POST:/a", "x");

describe("over TLS", () => {
  let authority: Authority;
  let server: Certified;
  let client: Certified;
  beforeAll(async () => {
    authority = await newAuthority();
    server = await authority.issue("server", ["IP:127.0.0.1"]);
    client = await authority.issue("device-1");
  });

  test("the endpoint is reached, and the connection is used again", async () => {
    await using endpoint = await startHttpEndpoint({ tls: server });
    await using pusher = await openPusher(secure(endpoint), { connection: { ca: authority.ca } });

    for (let i = 0; i < 3; i++) expect((await pusher.connector.publish(message)).status).toBe(204);

    // The first one looked whether the endpoint is there.
    expect(endpoint.sockets).toBe(2);
  });

  test("a client shows its certificate", async () => {
    const tls = { ...server, ca: authority.ca, requestCert: true, rejectUnauthorized: true };
    await using endpoint = await startHttpEndpoint({ tls });
    const credentials = { type: "client-cert", ...client } as const;
    await using pusher = await openPusher(secure(endpoint), {
      connection: { ca: authority.ca, credentials },
    });

    await pusher.connector.publish(message);

    expect(endpoint.received[0]?.client).toBe("device-1");
  });

  test("a client without the certificate that is wanted is lost with its first message", async () => {
    const tls = { ...server, ca: authority.ca, requestCert: true, rejectUnauthorized: true };
    await using endpoint = await startHttpEndpoint({ tls });
    await using pusher = await openPusher(secure(endpoint), { connection: { ca: authority.ca } });

    await expect(pusher.connector.publish(message)).rejects.toThrow(/cannot be reached/);

    expect(endpoint.received).toEqual([]);
    expect(pusher.lost.length).toBe(1);
  });

  test("an endpoint of another authority is not connected to", async () => {
    await using endpoint = await startHttpEndpoint({ tls: server });
    const { ca } = await newAuthority();

    await expect(openPusher(secure(endpoint), { connection: { ca } })).rejects.toMatchObject({
      name: "ConnectFailure",
      isMisconfigured: true,
    });
  });
});

describe("an endpoint that dies", () => {
  test("is not there when the client opens", async () => {
    await using endpoint = await startHttpEndpoint();
    await endpoint.stop();

    await expect(openPusher(plain(endpoint))).rejects.toThrow(/cannot be reached: .*ECONNREFUSED/);
  });

  test("makes the client lost, once, with all that waits; a new one goes on", async () => {
    await using endpoint = await startHttpEndpoint();
    await using pusher = await openPusher(plain(endpoint));
    await pusher.connector.publish(message);
    await endpoint.stop();

    const outcomes = await Promise.allSettled([1, 2, 3].map(() => pusher.connector.publish(message)));

    expect(outcomes.map(({ status }) => status)).toEqual(["rejected", "rejected", "rejected"]);
    expect(pusher.lost.length).toBe(1);
    await expect(pusher.connector.publish(message)).rejects.toThrow();

    await endpoint.start();
    await using next = await openPusher(plain(endpoint));
    expect((await next.connector.publish(message)).status).toBe(204);
  });

  test("breaks off an answer", async () => {
    await using endpoint = await startHttpEndpoint();
    endpoint.answer((_, response) => {
      response.writeHead(200, { "content-length": 10 }).write("12345");
      setTimeout(() => response.destroy(), 20);
    });
    await using pusher = await openPusher(plain(endpoint));

    await expect(pusher.connector.publish(message)).rejects.toThrow(/cannot be reached/);
    expect(pusher.lost.length).toBe(1);
  });

  test("in the moment of a request that may be repeated is asked again", async () => {
    await using endpoint = await startHttpEndpoint();
    await using pusher = await openPusher(plain(endpoint));
    let asked = 0;
    endpoint.answer((_, response) => {
      if (asked++ === 0) response.socket?.destroy();
      else response.writeHead(200).end();
    });

    expect((await pusher.connector.publish(publication("PUT:/a", "x"))).status).toBe(200);

    asked = 0;
    await expect(pusher.connector.publish(message)).rejects.toThrow();
    expect(asked).toBe(1);
  });
});

test.each([
  { settings: { requestTimeout: 200 } },
  { connection: { specificConfig: { idleTimeout: "200ms" } } },
])("an endpoint that does not answer in time makes the client lost: %j", async (options) => {
  await using endpoint = await startHttpEndpoint();
  endpoint.answer(() => undefined);
  await using pusher = await openPusher(plain(endpoint), options);
  const began = performance.now();

  await expect(pusher.connector.publish(message)).rejects.toThrow(/no answer within 200 ms/);

  expect(performance.now() - began).toBeLessThan(2_000);
  expect(pusher.lost.length).toBe(1);
});

describe("many messages", () => {
  const slowly = (endpoint: HttpEndpoint, ms = 10) =>
    endpoint.answer((_, response) => setTimeout(() => response.writeHead(204).end(), ms));

  test("go one by one in their order without parallelism", async () => {
    await using endpoint = await startHttpEndpoint();
    slowly(endpoint, 2);
    await using pusher = await openPusher(plain(endpoint));
    const bodies = Array.from({ length: 20 }, (_, i) => String(i));

    await Promise.all(
      bodies.map((body, i) =>
        pusher.connector.publish(publication("POST:/a", body, {}, { orderKey: String(i % 3) })),
      ),
    );

    expect(endpoint.received.map(({ body }) => body.toString())).toEqual(bodies);
    expect(endpoint.mostAtOnce).toBe(1);
  });

  test("go in parallel, those of one thing in their order", async () => {
    await using endpoint = await startHttpEndpoint();
    let turn = 0;
    endpoint.answer((_, response) =>
      setTimeout(() => response.writeHead(204).end(), turn++ % 3 === 0 ? 20 : 1),
    );
    await using pusher = await openPusher(plain(endpoint), {
      connection: { specificConfig: { parallelism: "4" } },
    });
    const things = ["a", "b", "c", "d", "e"];

    await Promise.all(
      Array.from({ length: 50 }, (_, i) => {
        const orderKey = things[i % 5] as string;
        return pusher.connector.publish(publication(`POST:/${orderKey}`, String(i), {}, { orderKey }));
      }),
    );

    expect(endpoint.mostAtOnce).toBe(4);
    for (const thing of things) {
      const got = endpoint.received
        .filter(({ url }) => url === `/${thing}`)
        .map(({ body }) => Number(body.toString()));
      expect(got).toEqual(got.toSorted((a, b) => a - b));
      expect(got.length).toBe(10);
    }
  });

  test("beyond the queue are dropped, the connection stays", async () => {
    await using endpoint = await startHttpEndpoint();
    slowly(endpoint);
    await using pusher = await openPusher(plain(endpoint), { settings: { maxQueueSize: 3 } });

    const outcomes = await Promise.allSettled(
      Array.from({ length: 6 }, () => pusher.connector.publish(message)),
    );

    expect(outcomes.map(({ status }) => status)).toEqual([
      ...["fulfilled", "fulfilled", "fulfilled", "fulfilled"],
      ...["rejected", "rejected"],
    ]);
    expect(outcomes.at(-1)).toMatchObject({ reason: { code: "connectivity:message.sending.failed" } });
    expect(pusher.lost).toEqual([]);
  });

  test("beyond the queue are dropped, also where all are of one thing", async () => {
    await using endpoint = await startHttpEndpoint();
    slowly(endpoint);
    const connection = { specificConfig: { parallelism: "2" } };
    await using pusher = await openPusher(plain(endpoint), { connection, settings: { maxQueueSize: 3 } });

    const outcomes = await Promise.allSettled(
      Array.from({ length: 6 }, () =>
        pusher.connector.publish(publication("POST:/a", "x", {}, { orderKey: "a" })),
      ),
    );

    expect(outcomes.filter(({ status }) => status === "fulfilled").length).toBe(4);
  });

  test("are finished by draining, and rejected by closing", async () => {
    await using endpoint = await startHttpEndpoint();
    slowly(endpoint);
    await using pusher = await openPusher(plain(endpoint));
    const first = [1, 2, 3].map(() => pusher.connector.publish(message));
    await pusher.connector.drain();
    expect(endpoint.received.length).toBe(3);
    await Promise.all(first);

    const rest = Promise.allSettled([1, 2, 3].map(() => pusher.connector.publish(message)));
    await pusher.connector.close();

    expect((await rest).map(({ status }) => status)).toEqual(["rejected", "rejected", "rejected"]);
    expect(pusher.lost).toEqual([]);
  });
});

describe("hosts that are blocked", () => {
  test("are not connected to when their name comes to an internal address", async () => {
    await using endpoint = await startHttpEndpoint();

    await expect(
      openPusher(`http://inside.example:${endpoint.port}`, { hosts: strictHosts() }),
    ).rejects.toThrow(/127\.0\.0\.1 is a loopback address/);
    expect(endpoint.sockets).toBe(0);
  });

  test("are connected to when they are allowed", async () => {
    await using endpoint = await startHttpEndpoint();
    const hosts = strictHosts("inside.example");
    await using pusher = await openPusher(`http://inside.example:${endpoint.port}`, { hosts });

    await pusher.connector.publish(message);

    expect(endpoint.received[0]?.headers.host).toBe(`inside.example:${endpoint.port}`);
  });
});

describe("by a proxy", () => {
  let asked: { target: string | undefined; proof: string | undefined }[] = [];
  const proxy = createServer();
  let port = 0;
  beforeAll(async () => {
    proxy.on("connect", ({ url, headers }, socket, head) => {
      asked.push({ target: url, proof: headers["proxy-authorization"] });
      if (headers["proxy-authorization"] === undefined) return socket.end("HTTP/1.1 407 Who\r\n\r\n");
      const onward = connect(Number(url?.split(":")[1]), "127.0.0.1", () => {
        socket.write("HTTP/1.1 200 Yes\r\n\r\n");
        onward.write(head);
        onward.pipe(socket).pipe(onward);
      });
      onward.on("error", () => socket.destroy());
      socket.on("error", () => onward.destroy());
    });
    port = Number((await listenOnLoopback(proxy)).split(":")[1]);
  });
  afterAll(() => closeOnLoopback(proxy));

  const settings = (more = {}) => ({ proxy: { host: "127.0.0.1", port, ...more } });
  const named = { username: "u", password: "p" };

  test.each([false, true])("requests come to the endpoint, over TLS: %s", async (isSecure) => {
    asked = [];
    const authority = await newAuthority();
    const server = await authority.issue("server", ["IP:127.0.0.1"]);
    await using endpoint = await startHttpEndpoint(isSecure ? { tls: server } : {});
    const connection = isSecure ? { ca: authority.ca } : {};
    const uri = isSecure ? secure(endpoint) : plain(endpoint);
    await using pusher = await openPusher(uri, { connection, settings: settings(named) });

    expect((await pusher.connector.publish(message)).status).toBe(204);
    expect(asked[0]).toEqual({ target: `127.0.0.1:${endpoint.port}`, proof: "Basic dTpw" });
  });

  test("that refuses, the client is not opened", async () => {
    await expect(openPusher("http://127.0.0.1:9", { settings: settings() })).rejects.toThrow(/status 407/);
  });

  test("a blocked host is not asked for", async () => {
    asked = [];
    const hosts = strictHosts();

    await expect(
      openPusher("http://inside.example:80", { hosts, settings: settings(named) }),
    ).rejects.toThrow(/loopback/);
    expect(asked).toEqual([]);
  });
});

test("through a tunnel the endpoint is told the host of the URI, and the client is usable", async () => {
  await using sshd = await startSshd();
  await using endpoint = await startHttpEndpoint();
  const { username, publicKey, privateKey } = sshd;
  const sshTunnel = tunnelBy(sshd.uri, {
    credentials: { type: "public-key", username, publicKey, privateKey },
  });
  await using pusher = await openPusher(plain(endpoint), { connection: { sshTunnel } });

  expect((await pusher.connector.publish(message)).status).toBe(204);
  expect(endpoint.received[0]?.headers.host).toBe(`127.0.0.1:${endpoint.port}`);
});
