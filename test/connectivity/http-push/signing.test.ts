import { createHmac } from "node:crypto";
import aws4 from "aws4";
import { describe, expect, test } from "vitest";
import type { JsonObject } from "../../../src/base/json/json.ts";
import type { Signable } from "../../../src/connectivity/connectors/http-push/signing/hmac.ts";
import { signingOf } from "../../../src/connectivity/connectors/http-push/signing/signing.ts";

const EXAMPLE_SECRET = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
const aws = {
  region: "us-east-1",
  service: "service",
  accessKey: "AKIDEXAMPLE",
  secretKey: EXAMPLE_SECRET,
  canonicalHeaders: ["host", "x-amz-date"],
};
const s3 = {
  region: "us-east-1",
  service: "s3",
  accessKey: "AKIAIOSFODNN7EXAMPLE",
  secretKey: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
  doubleEncode: false,
  xAmzContentSha256: "INCLUDED",
};

const request = (some: Partial<Signable> = {}): Signable => ({
  method: "GET",
  path: "/",
  host: "example.amazonaws.com",
  headers: {},
  body: Buffer.alloc(0),
  ...some,
});

const signed = (algorithm: string, parameters: JsonObject, signable: Signable, time: string) =>
  signingOf({ type: "hmac", algorithm, parameters })(signable, new Date(time));

const byAws = (parameters: JsonObject, signable: Signable, time = "2015-08-30T12:36:00Z") =>
  signed("aws4-hmac-sha256", parameters, signable, time);

const signatureOf = (headers: Readonly<Record<string, string>>) =>
  headers.authorization?.split("Signature=")[1];

describe("the vectors that AWS has published for version 4", () => {
  test.each<[name: string, expected: string, signable: Signable, more?: JsonObject]>([
    ["get-vanilla", "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31", request()],
    [
      "get-vanilla-query-order-key-case",
      "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500",
      request({ path: "/?Param2=value2&Param1=value1" }),
    ],
    [
      "post-vanilla",
      "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b",
      request({ method: "POST" }),
    ],
    [
      "get-relative",
      "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31",
      request({ path: "/example/.." }),
    ],
    [
      "post-x-www-form-urlencoded",
      "ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a",
      request({
        method: "POST",
        headers: { "content-type": "application/x-www-form-urlencoded" },
        body: Buffer.from("Param1=value1"),
      }),
      { canonicalHeaders: ["Content-Type", "Host", "X-Amz-Date"] },
    ],
  ])("%s", (_, expected, signable, more = {}) => {
    expect(signatureOf(byAws({ ...aws, ...more }, signable))).toBe(expected);
  });
});

describe("the examples that AWS has published for S3", () => {
  const time = "2013-05-24T00:00:00Z";
  const host = "examplebucket.s3.amazonaws.com";

  test("GET of an object", () => {
    const canonicalHeaders = ["host", "range", "x-amz-date"];
    const signable = request({ host, path: "/test.txt", headers: { range: "bytes=0-9" } });

    expect(signatureOf(byAws({ ...s3, canonicalHeaders }, signable, time))).toBe(
      "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41",
    );
  });

  test("PUT of an object", () => {
    const canonicalHeaders = ["date", "host", "x-amz-date", "x-amz-storage-class"];
    const headers = { date: "Fri, 24 May 2013 00:00:00 GMT", "x-amz-storage-class": "REDUCED_REDUNDANCY" };
    const body = Buffer.from("Welcome to Amazon S3.");
    const signable = request({ method: "PUT", host, path: "/test$file.text", headers, body });

    expect(signatureOf(byAws({ ...s3, canonicalHeaders }, signable, time))).toBe(
      "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd",
    );
  });
});

describe("an independent implementation of AWS signing agrees", () => {
  test.each([
    ["/", "service"],
    ["/a/b%20c/de/", "service"],
    ["/a//b/./c/../d", "service"],
    ["/Action?Message=%7B%22a%22%3A%22b%3Dc%22%7D&Subject=Thing+Modified&a=2&a=1&Z&z=%C3%A4", "sns"],
    ["/org.example:lamp:things:twin:events:modified:42", "s3"],
    ["/with space%20and%C3%A4/'()*!", "s3"],
  ])("on %s of %s", (path, service) => {
    const isS3 = service === "s3";
    const body = Buffer.from('{"a":1}');
    const theirs = aws4.sign(
      {
        method: "POST",
        host: "example.amazonaws.com:8443",
        path,
        service,
        region: "eu-central-1",
        body: body.toString(),
        headers: { "content-type": "application/json", "X-Amz-Date": "20250102T030405Z" },
      },
      { accessKeyId: "AKID", secretAccessKey: EXAMPLE_SECRET },
    ).headers as Record<string, string>;
    const names = /SignedHeaders=([^,]+)/.exec(theirs.Authorization ?? "")?.[1] ?? "";
    const parameters = {
      ...{ region: "eu-central-1", service, accessKey: "AKID", secretKey: EXAMPLE_SECRET },
      doubleEncode: !isS3,
      canonicalHeaders: names.split(";"),
      ...(names.includes("x-amz-content-sha256") && { xAmzContentSha256: "INCLUDED" }),
    };
    const headers = { "content-type": "application/json", "content-length": String(body.length) };
    const signable = request({ method: "POST", host: "example.amazonaws.com:8443", path, headers, body });

    const ours = byAws(parameters, signable, "2025-01-02T03:04:05Z");

    expect(ours.authorization).toBe(theirs.Authorization);
  });
});

describe("AWS", () => {
  test("by default the host is signed, and what the payload is stays untold", () => {
    const { canonicalHeaders: _, ...parameters } = aws;
    const headers = byAws(parameters, request());

    expect(headers).toEqual({
      "x-amz-date": "20150830T123600Z",
      authorization: expect.stringMatching(
        /^AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE\/20150830\/us-east-1\/service\/aws4_request, SignedHeaders=host, Signature=[\da-f]{64}$/,
      ),
    });
  });

  test("an unsigned payload says so, and its bytes do not count", () => {
    const parameters = { ...s3, xAmzContentSha256: "unsigned" };
    const one = byAws(parameters, request({ body: Buffer.from("one") }));

    expect(one["x-amz-content-sha256"]).toBe("UNSIGNED-PAYLOAD");
    expect(byAws(parameters, request({ body: Buffer.from("two") }))).toEqual(one);
  });
});

const KEY = Buffer.from("a shared key");

test("Azure Monitor is told who signs method, length, type, date and path", () => {
  const parameters = { workspaceId: "w-1", sharedKey: KEY.toString("base64") };
  const headers = { "content-type": "application/json" };
  const body = Buffer.from('{"a":"ä"}');
  const path = "/api/logs?api-version=2016-04-01";
  const signable = request({ method: "POST", path, headers, body });

  const proof = signed("az-monitor-2016-04-01", parameters, signable, "2016-04-04T08:00:00Z");

  const toSign = "POST\n10\napplication/json\nx-ms-date:Mon, 04 Apr 2016 08:00:00 GMT\n/api/logs";
  const signature = createHmac("sha256", KEY).update(toSign).digest("base64");
  expect(proof).toEqual({
    "x-ms-date": "Mon, 04 Apr 2016 08:00:00 GMT",
    authorization: `SharedKey w-1:${signature}`,
  });
});

test.each([
  [undefined, 7 * 86_400],
  ["10m", 600],
  ["2d", 2 * 86_400],
])("a shared access signature of Azure with the ttl %s ends after %d seconds", (ttl, seconds) => {
  const endpoint = "https://ns.servicebus.windows.net/my queue";
  const parameters = {
    sharedKeyName: "policy",
    sharedKey: KEY.toString("base64"),
    endpoint,
    ...(ttl && { ttl }),
  };

  const { authorization } = signed("az-sasl", parameters, request(), "2020-01-01T00:00:00Z");

  const resource = "https%3A%2F%2Fns.servicebus.windows.net%2Fmy%20queue";
  const expiry = Date.UTC(2020, 0, 1) / 1000 + seconds;
  const signature = createHmac("sha256", KEY).update(`${resource}\n${expiry}`).digest("base64");
  expect(authorization).toBe(
    `SharedAccessSignature sr=${resource}&sig=${encodeURIComponent(signature)}&se=${expiry}&skn=policy`,
  );
});

test.each<[field: string, algorithm: string, parameters: JsonObject]>([
  ["/credentials/algorithm", "toString", {}],
  ["/credentials/parameters/region", "aws4-hmac-sha256", { service: "sns", accessKey: "a", secretKey: "b" }],
  ["/credentials/parameters/region", "aws4-hmac-sha256", { ...aws, region: 1 }],
  ["/credentials/parameters/doubleEncode", "aws4-hmac-sha256", { ...aws, doubleEncode: "no" }],
  ["/credentials/parameters/canonicalHeaders", "aws4-hmac-sha256", { ...aws, canonicalHeaders: [1] }],
  ["/credentials/parameters/xAmzContentSha256", "aws4-hmac-sha256", { ...aws, xAmzContentSha256: "MAYBE" }],
  [
    "/credentials/parameters/sharedKey",
    "az-monitor-2016-04-01",
    { workspaceId: "w", sharedKey: "no base 64!" },
  ],
  ["/credentials/parameters/sharedKeyName", "az-sasl", { sharedKey: "AAAA", endpoint: "e" }],
  [
    "/credentials/parameters/ttl",
    "az-sasl",
    { sharedKeyName: "n", sharedKey: "AAAA", endpoint: "e", ttl: "soon" },
  ],
])("bad credentials are refused by their field %s", (field, algorithm, parameters) => {
  expect(() => signingOf({ type: "hmac", algorithm, parameters })).toThrow(
    expect.objectContaining({ message: expect.stringContaining(`(${field})`) }),
  );
});
