import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { ExternalHeaders } from "../../../src/connectivity/external-message.ts";
import { type HttpEndpoint, type Received, startHttpEndpoint } from "../../support/brokers/https.ts";
import { openPusher, type Pusher, type PusherOptions, publication } from "./pushing.ts";

let endpoint: HttpEndpoint;
let pusher: Pusher;

beforeAll(async () => {
  endpoint = await startHttpEndpoint();
  pusher = await openPusher(`http://127.0.0.1:${endpoint.port}`);
});
afterAll(async () => {
  await pusher[Symbol.asyncDispose]();
  await endpoint[Symbol.asyncDispose]();
});
beforeEach(() => endpoint.answer((_, response) => response.writeHead(204).end()));

const push = async (
  address: string,
  payload?: string | Buffer,
  headers?: ExternalHeaders,
): Promise<Received> => {
  await pusher.connector.publish(publication(address, payload, headers));
  return endpoint.received.at(-1) as Received;
};

const pushBy = async (uri: string, address: string, options?: PusherOptions): Promise<Received> => {
  await using other = await openPusher(uri, options);
  await other.connector.publish(publication(address, "text"));
  return endpoint.received.at(-1) as Received;
};

test.each(["POST", "PUT", "PATCH"])("%s carries the payload", async (method) => {
  const { url, headers, body, ...got } = await push(`${method}:/things/org.example:lamp?a=b`, '{"ä":1}', {
    "content-type": "application/json",
    "api-key": "k",
  });

  expect(got.method).toBe(method);
  expect(url).toBe("/things/org.example:lamp?a=b");
  expect(body.toString()).toBe('{"ä":1}');
  expect(headers).toMatchObject({
    "content-type": "application/json",
    "content-length": "8",
    "api-key": "k",
    host: `127.0.0.1:${endpoint.port}`,
  });
});

test.each(["GET", "DELETE"])("%s carries no body and no type", async (method) => {
  const { headers, body, ...got } = await push(`${method}:/a`, "text", { "content-type": "text/plain" });

  expect(got.method).toBe(method);
  expect(body.length).toBe(0);
  expect(headers).not.toHaveProperty("content-type");
});

test("the methods without a body are an option", async () => {
  const uri = `http://127.0.0.1:${endpoint.port}`;
  const connection = { specificConfig: { omitRequestBody: "POST,PUT" } };

  expect((await pushBy(uri, "POST:/a", { connection })).body.length).toBe(0);
  expect((await pushBy(uri, "DELETE:/a", { connection })).body.toString()).toBe("text");
});

test("bytes and a megabyte arrive as they are", async () => {
  const bytes = randomBytes(1_048_576);

  expect(
    (await push("POST:/a", bytes, { "content-type": "application/octet-stream" })).body.equals(bytes),
  ).toBe(true);
});

test("a payload without a type is text", async () => {
  expect((await push("POST:/a", "text")).headers["content-type"]).toBe("text/plain; charset=UTF-8");
});

describe("the target of a request", () => {
  test.each([
    ["POST:a/b", "/a/b"],
    ["POST:/a b/ü?q=x y#part", "/a%20b/%C3%BC?q=x%20y"],
    ["POST:/100%/%41", "/100%25/%41"],
    ["POST:?q=1", "/?q=1"],
    ["a b", "/a%20b"],
    ["HEAD:/a", "/HEAD:/a"],
    ["", "/"],
    ["POST:http://other.example/a", "/http://other.example/a"],
    ["POST:/a\r\nhost: other", "/a%0D%0Ahost:%20other"],
    ["POST://other.example/a", "//other.example/a"],
    ["POST:/a\\b", "/a%5Cb"],
  ])("%j is %s", async (address, url) => {
    expect((await push(address, "x")).url).toBe(url);
  });

  test("begins with the path of the connection", async () => {
    const uri = `http://127.0.0.1:${endpoint.port}/base/`;

    expect((await pushBy(uri, "POST:/a")).url).toBe("/base/a");
    expect((await pushBy(uri, "POST:?q=1")).url).toBe("/base?q=1");
  });

  test.each<[headers: ExternalHeaders, url: string]>([
    [{ "http.path": "other path" }, "/other%20path?a=1"],
    [{ "http.path": "/what?" }, "/what%3F?a=1"],
    [{ "http.query": "b=2&c=ä" }, "/p?b=2&c=%C3%A4"],
    [{ "http.path": "x", "http.query": "y" }, "/x?y"],
  ])("follows the headers %j, which are not sent", async (headers, url) => {
    const got = await push("POST:/p?a=1", "x", headers);

    expect(got.url).toBe(url);
    expect(Object.keys(got.headers).filter((name) => name.startsWith("http."))).toEqual([]);
  });
});

describe("headers", () => {
  test("beyond ASCII are UTF-8", async () => {
    const { headers } = await push("POST:/a", "x", { name: "Größe" });

    expect(Buffer.from(String(headers.name), "latin1").toString("utf8")).toBe("Größe");
  });

  test("that belong to one hop are not sent", async () => {
    const hops = {
      connection: "close",
      "transfer-encoding": "chunked",
      "content-length": "3",
      upgrade: "h2c",
    };
    const { headers, body } = await push("POST:/a", "four", { ...hops, expect: "100-continue", te: "x" });

    expect(headers).not.toHaveProperty("upgrade");
    expect(headers["content-length"]).toBe("4");
    expect(body.toString()).toBe("four");
  });

  test("that would break the request make it fail, not the connection", async () => {
    const before = endpoint.received.length;
    const broken = pusher.connector.publish(publication("POST:/a", "x", { name: "a\r\nb: c" }));

    await expect(broken).rejects.toThrow(/name/);
    expect(pusher.lost).toEqual([]);
    expect(endpoint.received.length).toBe(before);
  });

  test("may name another host", async () => {
    expect((await push("POST:/a", "x", { host: "virtual.example" })).headers.host).toBe("virtual.example");
  });
});

describe("user and password", () => {
  const basic = (text: string) => `Basic ${Buffer.from(text).toString("base64")}`;

  test("of the URI are sent, decoded", async () => {
    const { headers } = await pushBy(`http://us%40er:p%3Aw%C3%A4@127.0.0.1:${endpoint.port}`, "POST:/");

    expect(headers.authorization).toBe(basic("us@er:p:wä"));
  });

  test("of the credentials are sent", async () => {
    const connection = { credentials: { type: "plain", username: "u", password: "p" } } as const;
    const { headers } = await pushBy(`http://127.0.0.1:${endpoint.port}`, "POST:/", { connection });

    expect(headers.authorization).toBe(basic("u:p"));
  });
});

test("a signed request is one that its receiver can check", async () => {
  const parameters = {
    ...{ region: "r", service: "s", accessKey: "a", secretKey: "b" },
    xAmzContentSha256: "INCLUDED",
    canonicalHeaders: ["host", "x-amz-date"],
  };
  const connection = { credentials: { type: "hmac", algorithm: "aws4-hmac-sha256", parameters } } as const;
  const { headers } = await pushBy(`http://127.0.0.1:${endpoint.port}`, "POST:/", { connection });

  expect(headers.authorization).toMatch(
    /SignedHeaders=host;x-amz-content-sha256;x-amz-date, Signature=[\da-f]{64}$/,
  );
  expect(headers["x-amz-date"]).toMatch(/^\d{8}T\d{6}Z$/);
  expect(headers["x-amz-content-sha256"]).toBe(
    "982d9e3eb996f559e633f4d194def3761d909f5a3b647d1a851fead67c32c9d1",
  );
});

describe("answers", () => {
  test("come with status, headers and payload", async () => {
    endpoint.answer((_, response) => {
      response.writeHead(418, { "Content-Type": "application/json", "X-Two": ["a", "b"] }).end('{"a":1}');
    });

    const { status, answer } = await pusher.connector.publish(publication("POST:/a", "x"));

    expect(status).toBe(418);
    expect(answer?.headers).toMatchObject({ "content-type": "application/json", "x-two": "a, b" });
    expect(answer?.payload?.text()).toBe('{"a":1}');
    expect(pusher.lost).toEqual([]);
  });

  test("without a body have no payload", async () => {
    expect((await pusher.connector.publish(publication("POST:/a", "x"))).answer?.payload).toBeUndefined();
  });

  test("that lead elsewhere are not followed", async () => {
    const before = endpoint.received.length;
    endpoint.answer((_, response) => response.writeHead(307, { location: "/secret" }).end());

    expect((await pusher.connector.publish(publication("POST:/a", "x"))).status).toBe(307);
    expect(endpoint.received.length).toBe(before + 1);
  });

  test("that are too long fail the message only", async () => {
    endpoint.answer((_, response) => response.end(Buffer.alloc(100_001)));
    await expect(pusher.connector.publish(publication("POST:/a", "x"))).rejects.toThrow(
      /more than 100000 bytes/,
    );

    endpoint.answer((_, response) => response.end(Buffer.alloc(100_000)));
    const { answer } = await pusher.connector.publish(publication("POST:/a", "x"));
    expect(answer?.payload?.length).toBe(100_000);
    expect(pusher.lost).toEqual([]);
  });

  test("of a status that is none fail the message only", async () => {
    endpoint.answer((_, response) => response.socket?.end("HTTP/1.1 799 What\r\ncontent-length: 0\r\n\r\n"));

    await expect(pusher.connector.publish(publication("POST:/a", "x"))).rejects.toMatchObject({
      code: "connectivity:message.sending.failed",
    });
    expect(pusher.lost).toEqual([]);
  });
});
