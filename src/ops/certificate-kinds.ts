// Certificates in files, as settings have them.

import { X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import type { Kind } from "./setting-kinds.ts";

const BEGIN = "-----BEGIN CERTIFICATE-----";

/** A file of certificates in PEM, which is read once, at start; its value is what is in the file. */
export const certificatesFile: Kind<string> = {
  form: "path",
  secret: false,
  parse(path) {
    const text = contentOf(path);
    const parts = text.split(BEGIN).slice(1);
    if (parts.length === 0 || !parts.every((part) => isCertificate(`${BEGIN}${part}`)))
      throw new Error("must be a file with certificates in PEM");
    return text;
  },
};

function contentOf(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    throw new Error(`must be a file that can be read (${(error as NodeJS.ErrnoException).code})`);
  }
}

function isCertificate(pem: string): boolean {
  try {
    new X509Certificate(pem);
    return true;
  } catch {
    return false;
  }
}
