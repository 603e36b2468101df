import { execFile } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { needOpenssl } from "../debian.ts";

const run = promisify(execFile);

/** PEM texts. */
export interface Certificates {
  readonly ca: string;
  readonly serverCert: string;
  readonly clientCert: string;
  readonly clientKey: string;
}

/** Makes an authority, and certificates by it for the server `localhost` and for a client, in files of these names. */
export async function makeCertificates(folder: string): Promise<Certificates> {
  await needOpenssl();
  const file = (name: string) => join(folder, name);
  const openssl = (...args: string[]) => run("openssl", args, { cwd: folder });
  const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
  await openssl(
    "req",
    "-x509",
    ...key,
    "-keyout",
    "ca.key",
    "-out",
    "ca.crt",
    "-subj",
    "/CN=ca",
    "-days",
    "2",
  );
  await writeFile(file("server.ext"), "subjectAltName=DNS:localhost\n");
  await writeFile(file("client.ext"), "extendedKeyUsage=clientAuth\n");
  for (const name of ["server", "client"]) {
    await openssl("req", ...key, "-keyout", `${name}.key`, "-out", `${name}.csr`, "-subj", `/CN=${name}`);
    const signed = [
      "-CA",
      "ca.crt",
      "-CAkey",
      "ca.key",
      "-CAcreateserial",
      "-days",
      "2",
      "-extfile",
      `${name}.ext`,
    ];
    await openssl("x509", "-req", "-in", `${name}.csr`, "-out", `${name}.crt`, ...signed);
  }
  const [ca, serverCert, clientCert, clientKey] = await Promise.all(
    ["ca.crt", "server.crt", "client.crt", "client.key"].map((name) => readFile(file(name), "utf8")),
  );
  return { ca: ca!, serverCert: serverCert!, clientCert: clientCert!, clientKey: clientKey! };
}
