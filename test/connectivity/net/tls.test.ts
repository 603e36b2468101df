import { generateKeyPairSync } from "node:crypto";
import { type ConnectionOptions, connect } from "node:tls";
import { beforeAll, describe, expect, test } from "vitest";
import type { Credentials } from "../../../src/connectivity/model.ts";
import { optionsOfMany, socketOptions, type TlsOptions, tlsOf } from "../../../src/connectivity/net/tls.ts";
import { type Authority, type Certified, newAuthority } from "../../support/brokers/certificates.ts";
import { startHttpEndpoint } from "../../support/brokers/https.ts";

let authority: Authority;
let server: Certified;
let client: Certified;

beforeAll(async () => {
  authority = await newAuthority();
  server = await authority.issue("server", ["DNS:broker.example", "IP:127.0.0.1"]);
  client = await authority.issue("device-1");
});

const connection = (
  credentials: Credentials | undefined,
  ca: string | undefined,
  validateCertificates = true,
) => ({
  ...(credentials && { credentials }),
  ...(ca !== undefined && { ca }),
  validateCertificates,
});

const certificate = (cert: string, key: string): Credentials => ({ type: "client-cert", cert, key });

/** Connects to a server of TLS as a connection would; tells why not. */
async function handshake(
  ca: string | undefined,
  servername: string,
  validateCertificates = true,
  optionsOf: (tls: TlsOptions) => ConnectionOptions = socketOptions,
): Promise<string> {
  await using endpoint = await startHttpEndpoint({ tls: server });
  const tls = tlsOf(connection(undefined, ca, validateCertificates), servername);
  const socket = connect({ ...optionsOf(tls), host: "127.0.0.1", port: endpoint.port });
  const outcome = await new Promise<string>((told) => {
    socket.once("secureConnect", () => told("connected")).once("error", (error) => told(error.message));
  });
  socket.destroy();
  return outcome;
}

describe("the certificate of a server", () => {
  test.each(["broker.example", "127.0.0.1"])(
    "is accepted for %s when its authority is trusted",
    async (name) => {
      expect(await handshake(authority.ca, name)).toBe("connected");
    },
  );

  test.each(["other.example", "127.0.0.2"])("is refused for %s", async (name) => {
    expect(await handshake(authority.ca, name)).toMatch(/does not match/);
  });

  test("is refused when another authority is trusted", async () => {
    expect(await handshake((await newAuthority()).ca, "broker.example")).toMatch(/unable to|certificate/);
  });

  test("is refused when the system's authorities are trusted", async () => {
    expect(await handshake(undefined, "broker.example")).toMatch(/unable to|certificate/);
  });

  test("is accepted whatever its name and authority when it is itself trusted", async () => {
    expect(await handshake(server.cert, "other.example")).toBe("connected");
  });

  test("does not vouch for another name of its authority", async () => {
    expect(await handshake(`${client.cert}\n${authority.ca}`, "other.example")).toMatch(/does not match/);
  });

  test("of several servers must be for the name of each, which is theirs or given for them", async () => {
    const shake = (ca: string, nameOf: (host: string) => string) =>
      handshake(ca, "not.asked", true, (tls) => optionsOfMany(tls, nameOf));

    expect(await shake(authority.ca, (host) => host)).toBe("connected");
    expect(await shake(authority.ca, () => "broker.example")).toBe("connected");
    expect(await shake(authority.ca, () => "other.example")).toMatch(/does not match/);
    expect(await shake(server.cert, () => "other.example")).toBe("connected");
  });

  test("is not looked at where certificates are not validated", async () => {
    expect(await handshake(undefined, "other.example", false)).toBe("connected");
  });
});

describe("credentials of a client", () => {
  test("are its certificate and key", () => {
    expect(tlsOf(connection(certificate(client.cert, client.key), undefined), "h")).toMatchObject(client);
  });

  test("with one of them only prove nothing", () => {
    expect(tlsOf(connection({ type: "client-cert", cert: client.cert }, undefined), "h")).not.toHaveProperty(
      "cert",
    );
  });

  const encrypted = generateKeyPairSync("rsa", {
    modulusLength: 1024,
    publicKeyEncoding: { type: "spki", format: "pem" },
    privateKeyEncoding: { type: "pkcs8", format: "pem", cipher: "aes-256-cbc", passphrase: "secret" },
  }).privateKey;

  test.each([
    [
      "/credentials/cert",
      () => connection(certificate("-----BEGIN CERTIFICATE-----\nAAAA", client.key), undefined),
    ],
    ["/credentials/cert", () => connection(certificate("", client.key), undefined)],
    ["/credentials/key", () => connection(certificate(client.cert, "no key"), undefined)],
    ["/credentials/key", () => connection(certificate(client.cert, encrypted), undefined)],
    ["/credentials/key", () => connection(certificate(client.cert, server.key), undefined)],
    ["/ca", () => connection(undefined, "MIIB")],
    ["/ca", () => connection(undefined, `${authority.ca}\n-----BEGIN CERTIFICATE-----\nAAAA`)],
  ])("that cannot be are refused by their field %s", (field, make) => {
    expect(() => tlsOf(make(), "h")).toThrow(
      expect.objectContaining({
        code: "connectivity:connection.configuration.invalid",
        message: expect.stringContaining(`(${field})`),
      }),
    );
  });
});
