// The API browser: Swagger UI from its package, around a page and a script of our own that name no other host.

import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { type Asset, makeAsset } from "./asset.ts";

const page = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Pollux: HTTP API</title>
<link rel="icon" type="image/png" href="favicon-32x32.png">
<link rel="stylesheet" href="swagger-ui.css">
</head>
<body>
<div id="api"></div>
<script src="swagger-ui-bundle.js"></script>
<script src="start.js"></script>
</body>
</html>
`;

// The badge of an online validator, which Swagger UI shows by default, would tell others what is looked at.
const start = `window.ui = SwaggerUIBundle({
  url: new URL("../api/2/openapi.json", document.baseURI).href,
  dom_id: "#api",
  deepLinking: true,
  validatorUrl: null,
});
`;

const packageFolder = () => dirname(createRequire(import.meta.url).resolve("swagger-ui-dist/package.json"));
const fromPackage = (name: string) => readFile(join(packageFolder(), name));

interface File {
  readonly type: string;
  body(name: string): Promise<Uint8Array<ArrayBuffer>>;
}

const files: Readonly<Record<string, File>> = {
  "": { type: "text/html; charset=utf-8", body: async () => Buffer.from(page) },
  "start.js": { type: "text/javascript; charset=utf-8", body: async () => Buffer.from(start) },
  "swagger-ui.css": { type: "text/css; charset=utf-8", body: fromPackage },
  "swagger-ui-bundle.js": { type: "text/javascript; charset=utf-8", body: fromPackage },
  "favicon-32x32.png": { type: "image/png", body: fromPackage },
};

/** What may run in the page: its own files, and the styles that Swagger UI sets on elements. */
export const pagePolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

/** The file of that name in the folder of the browser, or `undefined` where there is none. */
export async function apidocAsset(name: string): Promise<Asset | undefined> {
  const file = Object.hasOwn(files, name) ? files[name] : undefined;
  return file && makeAsset(file.type, await file.body(name));
}
