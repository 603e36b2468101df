// Waiting for acknowledgements over HTTP: who is gone waits no longer.

import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startServer, type TestServer } from "../support/server.ts";

const lamp = "/api/2/things/org.acme:lamp";

let server: TestServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server[Symbol.asyncDispose]());

const put = async (path: string, body: unknown) => {
  const headers = { "content-type": "application/json" };
  return (await server.fetch(path, { method: "PUT", headers, body: JSON.stringify(body) })).status;
};

test("requests that were broken off leave their places to others of the subject", async () => {
  expect(await put(lamp, { attributes: { n: 0 } })).toBe(201);
  const { hostname, port } = new URL(server.url);
  const authorization = `Basic ${Buffer.from("ditto:ditto").toString("base64")}`;
  const request =
    `PUT ${lamp}/attributes/n?requested-acks=my-ack&timeout=60 HTTP/1.1\r\nhost: ${hostname}:${port}\r\n` +
    `authorization: ${authorization}\r\ncontent-type: application/json\r\ncontent-length: 1\r\n\r\n1`;
  // One for each: of one connection only one is in work at a time.
  const clients: Socket[] = [];
  for (let i = 0; i < 2_501; i++) {
    const client = connect(Number(port), hostname).on("error", () => undefined);
    clients.push(client);
    await once(client, "connect");
    client.write(request);
  }
  const revision = async () => {
    const reply = await server.fetch(`${lamp}?fields=_revision`);
    return ((await reply.json()) as { _revision: number })._revision;
  };
  // Whoever comes in between would take a place that none of them takes later.
  await expect.poll(revision, { timeout: 10_000 }).toBe(2_501);
  const brief = () => put(`${lamp}/attributes/n?requested-acks=my-ack&timeout=10ms`, 2);
  expect(await brief()).toBe(429);
  expect(await put(`${lamp}/attributes/n?timeout=10`, 3)).toBe(204);
  expect(await put(`${lamp}/attributes/n?timeout=0`, 4)).toBe(202);

  for (const client of clients) client.destroy();

  await expect.poll(brief, { timeout: 10_000 }).toBe(408);
  expect(server.stderr()).toBe("");
});
