import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { certificatesFile } from "../../src/ops/certificate-kinds.ts";
import { newAuthority } from "../support/brokers/certificates.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "pollux-certificates-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const file = async (content: string): Promise<string> => {
  const path = join(folder, "file.pem");
  await writeFile(path, content);
  return path;
};

test("a file of certificates gives its content, with comments between them", async () => {
  const [one, other] = await Promise.all([newAuthority(), newAuthority()]);
  const content = `# ours\n${one.ca}\n# theirs\n${other.ca}`;

  expect(certificatesFile.parse(await file(content))).toBe(content);
});

test("a file without certificates is refused, and so is one that has a broken one", async () => {
  const { ca } = await newAuthority();

  for (const content of [
    "",
    "hello",
    `${ca}\n-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n`,
  ]) {
    const path = await file(content);
    expect(() => certificatesFile.parse(path)).toThrow("must be a file with certificates in PEM");
  }
});

test("a file that is not there is refused with the reason", () => {
  expect(() => certificatesFile.parse(join(folder, "nothing"))).toThrow("(ENOENT)");
});
