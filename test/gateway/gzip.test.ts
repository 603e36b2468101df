import { request } from "node:http";
import { gunzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { acceptsGzip, jsonResponse } from "../../src/gateway/http/gzip.ts";
import { startServer } from "../support/server.ts";

describe("gzip is accepted", () => {
  const cases = [
    { accepted: "gzip", is: true },
    { accepted: "deflate, GZIP;q=0.5, br", is: true },
    { accepted: "gzip;q=0", is: false },
    { accepted: "gzip; q=0.000", is: false },
    { accepted: "gzip;q=0.001", is: true },
    { accepted: "br, identity", is: false },
    { accepted: "x-gzipped", is: false },
    { accepted: "", is: false },
  ];
  for (const { accepted, is } of cases) {
    test(`'${accepted}': ${is ? "yes" : "no"}`, () => expect(acceptsGzip(accepted)).toBe(is));
  }
});

test("what is short, or asked for without, is answered at once as it is", () => {
  const asking = { headers: { "accept-encoding": "gzip" } } as never;
  const silent = { headers: {} } as never;
  expect(jsonResponse(asking, 200, {}, "{}")).toBeInstanceOf(Response);
  expect(jsonResponse(silent, 200, {}, `"${"x".repeat(10_000)}"`)).toBeInstanceOf(Response);
  expect(jsonResponse(asking, 200, {}, `"${"x".repeat(10_000)}"`)).toBeInstanceOf(Promise);
});

test("a large thing comes compressed to who accepts it, and as it is to others", async () => {
  await using server = await startServer();
  const thing = { attributes: { text: "ä".repeat(5_000) } };
  const headers = { "content-type": "application/json" };
  const path = "/api/2/things/org.acme:lamp";
  await server.fetch(path, { method: "PUT", body: JSON.stringify(thing), headers });
  const get = (asked: Record<string, string>) =>
    new Promise<{ headers: Record<string, unknown>; body: Buffer }>((resolve, reject) => {
      const authorization = `Basic ${Buffer.from("ditto:ditto").toString("base64")}`;
      const sent = request(server.url + path, { headers: { authorization, ...asked } }, (response) => {
        const chunks: Buffer[] = [];
        response.on("data", (chunk: Buffer) => chunks.push(chunk));
        response.on("end", () => resolve({ headers: response.headers, body: Buffer.concat(chunks) }));
      });
      sent.on("error", reject).end();
    });

  const plain = await get({});
  const compressed = await get({ "accept-encoding": "gzip" });
  const known = await get({ "if-none-match": String(plain.headers.etag) });

  expect(plain.headers["content-encoding"]).toBeUndefined();
  expect(compressed.headers).toMatchObject({
    "content-encoding": "gzip",
    "content-type": "application/json",
    vary: "accept-encoding",
    etag: plain.headers.etag,
  });
  expect(plain.headers.vary).toBe("accept-encoding");
  expect(known.body).toHaveLength(0);
  expect(compressed.body.length).toBeLessThan(1_000);
  expect(gunzipSync(compressed.body).toString()).toBe(plain.body.toString());
  expect(JSON.parse(plain.body.toString())).toMatchObject(thing);
});
