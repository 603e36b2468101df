// `/api/2/openapi.json` and `/apidoc`: public, as they are in Ditto, since they tell nothing of what is stored.

import { createHash } from "node:crypto";
import type { Context, Env, Hono } from "hono";
import { methodNotAllowed, notFoundAnswer } from "../http/answers.ts";
import { type Asset, apidocAsset, pagePolicy } from "./apidoc.ts";

/** Adds the routes to an application. What they serve is loaded and made when it is asked for first. */
export function openApiRoutes<E extends Env>(app: Hono<E>): void {
  let document: Asset | undefined;

  app.get("/api/2/openapi.json", async (c) => {
    if (!document) {
      const { openApiDocument } = await import("./document.ts"); // the schemas' library would delay the start
      document = { type: "application/json", body: JSON.stringify(openApiDocument()) };
    }
    return assetAnswer(c, document);
  });
  // Relative, since a proxy may have taken a prefix off the path.
  app.get("/apidoc", () => new Response(null, { status: 308, headers: { location: "apidoc/" } }));
  app.get("/apidoc/*", async (c) => {
    const asset = await apidocAsset(c.req.path.slice("/apidoc/".length));
    return asset ? assetAnswer(c, asset) : notFoundAnswer();
  });
  for (const route of ["/api/2/openapi.json", "/apidoc", "/apidoc/*"]) {
    app.all(route, () => methodNotAllowed(["GET"]));
  }
}

/** An asset that a cache may keep, but asks about each time; 304 when it is the one that the caller has. */
function assetAnswer(c: Context, { type, body }: Asset): Response {
  const etag = `"${createHash("sha256").update(body).digest("base64url")}"`;
  const headers = {
    etag,
    "cache-control": "no-cache",
    "content-security-policy": pagePolicy,
    "x-content-type-options": "nosniff",
  };
  const known = c.req.header("if-none-match")?.split(/\s*,\s*/) ?? [];
  if (known.includes(etag) || known.includes(`W/${etag}`))
    return new Response(null, { status: 304, headers });
  return new Response(body, { headers: { ...headers, "content-type": type } });
}
