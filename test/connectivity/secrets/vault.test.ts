// Secrets of connections at rest, in Ditto's format.

import fc from "fast-check";
import { expect, test } from "vitest";
import type { JsonObject } from "../../../src/base/json/json.ts";
import { maskSecrets } from "../../../src/connectivity/secrets/mask.ts";
import { type EncryptionSettings, openVault } from "../../../src/connectivity/secrets/vault.ts";
import { SECRET_POINTERS } from "../../../src/ops/connection-secrets.ts";
import { connectionOf, jsonOf } from "../model/connections.ts";

const keyOf = (byte: number) => Buffer.alloc(32, byte);
const settings = (given: Partial<EncryptionSettings> = {}): EncryptionSettings => ({
  enabled: true,
  key: keyOf(1),
  oldKey: undefined,
  pointers: SECRET_POINTERS,
  ...given,
});
const vault = (given: Partial<EncryptionSettings> = {}) => openVault(settings(given));

/** Made by Java's AES/GCM/NoPadding as Ditto uses it, with a padded key of base64url. */
const javaKey = Buffer.from("yM_W3eTr8vkABw4VHCMqMTg_Rk1UW2JpcHd-hYyTmqE=", "base64url");
const javaText = "encrypted_-u_k2c7DuK2il4yBK9pgA24FE-_mq30s1ozIr8aj6hWQbh0sDEaB";

const secrets: JsonObject = {
  uri: "ssl://user:p%40ss@host:1/path",
  credentials: {
    type: "x",
    key: "-----BEGIN PRIVATE KEY-----",
    clientSecret: "client secret",
    password: "a password",
    parameters: { accessKey: "access", secretKey: "secret", sharedKey: "shared", region: "eu" },
  },
  sshTunnel: {
    uri: "ssh://h:22",
    credentials: { username: "u", password: "ssh password", privateKey: "ssh key" },
  },
};

test("what Ditto encrypted can be read", () => {
  const json = { uri: `tcp://u:${javaText}@host:1`, credentials: { password: javaText } };

  expect(vault({ key: javaKey }).open(json)).toEqual({
    uri: "tcp://u:pä55 wörd@host:1",
    credentials: { password: "pä55 wörd" },
  });
});

test("every secret is encrypted, of the URI the password only, and nothing else is", () => {
  const sealed = vault().seal(secrets) as Record<string, Record<string, Record<string, string>>>;

  const encrypted = expect.stringMatching(/^encrypted_[\w-]+={0,2}$/);
  expect(sealed).toEqual({
    uri: expect.stringMatching(/^ssl:\/\/user:encrypted_[\w-]+={0,2}@host:1\/path$/),
    credentials: {
      type: "x",
      key: encrypted,
      clientSecret: encrypted,
      password: encrypted,
      parameters: { accessKey: encrypted, secretKey: encrypted, sharedKey: encrypted, region: "eu" },
    },
    sshTunnel: {
      uri: "ssh://h:22",
      credentials: { username: "u", password: encrypted, privateKey: encrypted },
    },
  });
  expect(vault().open(sealed)).toEqual(secrets);
});

test("any secret comes back, also one that looks like a URI or like something encrypted", () => {
  const text = fc.oneof(
    fc.string(),
    fc.constantFrom(
      "abc:def",
      "ftp://u:p@h",
      "encrypted_",
      "encrypted_x",
      "https://h",
      "ftp://u:encrypted_x@h",
    ),
  );
  fc.assert(
    fc.property(text, fc.stringMatching(/^[\w!$&'()*+,;=~%.-]*$/), (password, inUri) => {
      const json = { uri: `tcp://u:${inUri}@h:1`, credentials: { password } };
      const sealed = vault().seal(json);

      expect(vault().open(sealed)).toEqual(json);
      expect((sealed.credentials as JsonObject).password).toMatch(/^encrypted_./);
    }),
  );
});

test("equal secrets are encrypted differently each time", () => {
  expect(vault().seal(secrets).uri).not.toBe(vault().seal(secrets).uri);
});

test("what was encrypted with the old key can be read, with another it is refused, naming the field", () => {
  const sealed = vault({ key: keyOf(2) }).seal(secrets);

  expect(vault({ oldKey: keyOf(2) }).open(sealed)).toEqual(secrets);
  expect(() => vault().open(sealed)).toThrow("(/uri)");
});

test("what was changed is refused", () => {
  const credentials = vault().seal(secrets).credentials as { password: string };
  const last = credentials.password.replace(/=*$/, "");
  const changed = last.slice(0, -2) + (last.endsWith("AA") ? "BB" : "AA");

  expect(() => vault().open({ credentials: { password: changed } })).toThrow("(/credentials/password)");
  expect(() => vault().open({ credentials: { password: "encrypted_AAAA" } })).toThrow(
    "(/credentials/password)",
  );
});

test("without encryption new secrets stay in clear, while encrypted ones are read as long as there is a key", () => {
  const off = vault({ enabled: false });

  expect(off.seal(secrets)).toBe(secrets);
  expect(off.open(vault().seal(secrets))).toEqual(secrets);
  const sealed = vault().seal(secrets);
  expect(vault({ enabled: false, key: undefined }).open(sealed)).toBe(sealed);
});

test("only what the operator's pointers name is encrypted", () => {
  expect(vault({ pointers: ["/credentials/clientSecret"] }).seal(secrets)).toMatchObject({
    uri: secrets.uri as string,
    credentials: { password: "a password", clientSecret: expect.stringMatching(/^encrypted_/) },
  });
});

const masked = connectionOf({
  uri: "tcp://user:se%2Fcret@host:1",
  credentials: { type: "plain", username: "someone", password: "hunter22" },
});

test("secrets are masked in any text, as they are written and as they are meant", () => {
  const mask = maskSecrets(masked);

  expect(mask("tcp://user:se%2Fcret@host:1 refused se/cret and hunter22 of someone")).toBe(
    "tcp://user:*****@host:1 refused ***** and ***** of someone",
  );
  expect(maskSecrets(connectionOf({ ...jsonOf(), uri: "tcp://host:1" }))("tcp://host:1")).toBe(
    "tcp://host:1",
  );
});
