import { expect, test } from "vitest";
import type { HttpSpec } from "../../../src/predictions/model.ts";
import { flawOfHttp } from "../../../src/predictions/models/http/flaws.ts";
import { newAuthority } from "../../support/brokers/certificates.ts";
import { startHttpEndpoint } from "../../support/brokers/https.ts";
import { faultOf, inferenceSpec, open, predict, served, specFor, sums } from "./models.ts";

test("headers and credentials go with each request", async () => {
  const credentials = { type: "basic", username: "twin", password: "s3cr:et" } as const;
  await using at = await served(sums, {
    headers: { "X-Tenant": "acme", Accept: "application/*" },
    credentials,
  });

  await predict(at.model);

  expect(at.endpoint.received[0]?.headers).toMatchObject({
    "x-tenant": "acme",
    accept: "application/*",
    authorization: `Basic ${Buffer.from("twin:s3cr:et").toString("base64")}`,
    "content-type": "application/json",
  });
});

test("a server that repeats what it was sent does not make the secrets known", async () => {
  const credentials = { type: "bearer", token: "very-secret-token" } as const;
  await using at = await served(
    ({ headers }, response) =>
      response
        .writeHead(403)
        .end(JSON.stringify({ error: `${headers.authorization} ${headers["x-api-key"]} is no good` })),
    { credentials, headers: { "x-api-key": "key-1234567" } },
  );

  const fault = await faultOf(predict(at.model));

  expect(fault.message).toBe("The server of the model answers 403: Bearer *** *** is no good.");
});

test("servers with certificates of an authority that is trusted are spoken to, others not", async () => {
  const authority = await newAuthority();
  const tls = await authority.issue("server", ["IP:127.0.0.1"]);
  await using endpoint = await startHttpEndpoint({ tls });
  endpoint.answer(sums);
  const url = `https://127.0.0.1:${endpoint.port}/`;
  const trusting = await open(specFor(endpoint.port, { url }), { ca: authority.ca });
  const other = await open(specFor(endpoint.port, { url, retries: 3 }));

  expect(await predict(trusting)).toHaveLength(3);
  const fault = await faultOf(predict(other));

  expect(fault.reason).toBe("unavailable");
  expect(fault.message).toMatch(/certificate/);
  await Promise.all([trusting.close(), other.close()]);
});

test("the certificate must be for the host", async () => {
  const authority = await newAuthority();
  await using endpoint = await startHttpEndpoint({
    tls: await authority.issue("server", ["DNS:other.example"]),
  });
  const url = `https://localhost:${endpoint.port}/`;
  const resolve = async () => [{ address: "127.0.0.1", family: 4 }];
  const model = await open(specFor(endpoint.port, { url }), { ca: authority.ca, resolve });

  expect((await faultOf(predict(model))).message).toContain("altnames");
  await model.close();
});

const fine = specFor(80);
const inference = inferenceSpec(80);
const flaws: readonly { spec: HttpSpec; field: string | undefined }[] = [
  { spec: fine, field: undefined },
  { spec: inference, field: undefined },
  { spec: { ...fine, url: "ftp://x/" }, field: "url" },
  { spec: { ...fine, url: "models" }, field: "url" },
  { spec: { ...fine, url: "http://user:secret@x/" }, field: "url" },
  { spec: { ...fine, url: "http://x/#a" }, field: "url" },
  { spec: { ...fine, tensor: "x" }, field: "tensor" },
  { spec: { ...fine, request: { rows: 1 } }, field: "request" },
  { spec: { ...fine, request: { rows: "all {{inputs}}" } }, field: "request" },
  { spec: { ...fine, request: null }, field: "request" },
  { spec: { ...fine, request: ["{{object}}"] }, field: undefined },
  { spec: { ...inference, request: ["{{object}}"] }, field: "request" },
  { spec: { ...inference, name: "" }, field: "name" },
  { spec: { ...fine, headers: { "a b": "1" } }, field: "headers/a b" },
  { spec: { ...fine, headers: { Host: "x" } }, field: "headers/Host" },
  { spec: { ...fine, headers: { a: "1\r\nb: 2" } }, field: "headers/a" },
  {
    spec: { ...fine, headers: { authorization: "x" }, credentials: { type: "bearer", token: "x" } },
    field: "headers/authorization",
  },
  { spec: { ...fine, credentials: { type: "bearer", token: "a b" } }, field: "credentials/token" },
  {
    spec: { ...fine, credentials: { type: "basic", username: "a:b", password: "" } },
    field: "credentials/username",
  },
];
for (const [i, { spec, field }] of flaws.entries()) {
  test(`what cannot be is found before anything is sent: ${field ?? "nothing"} (${i})`, async () => {
    const flaw = flawOfHttp(spec);

    expect(flaw?.field).toBe(field);
    expect(flaw?.reason ?? "").not.toContain("secret@");
    if (flaw) await expect(open(spec)).rejects.toMatchObject({ code: "predictors:model.invalid" });
  });
}
