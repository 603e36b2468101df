// `/api/2/openapi.json` and `/apidoc`: public, as they are in Ditto, since they tell nothing of what is stored.

import type { Context, Env, Hono } from "hono";
import { methodNotAllowed, notFoundAnswer } from "../http/answers.ts";
import { apidocAsset, pagePolicy } from "./apidoc.ts";
import { type Asset, assetAnswer, keepAssets, makeAsset } from "./asset.ts";

const DOCUMENT = "/api/2/openapi.json";

const safety = { "content-security-policy": pagePolicy, "x-content-type-options": "nosniff" };

/** Adds the routes to an application. What they serve is loaded and made when it is asked for first. */
export function openApiRoutes<E extends Env>(app: Hono<E>): void {
  const asset = keepAssets((path) =>
    path === DOCUMENT ? documentAsset() : apidocAsset(path.slice("/apidoc/".length)),
  );
  const serve = async (c: Context) => {
    const found = await asset(c.req.path);
    if (!found) return notFoundAnswer();
    const ifNoneMatch = c.req.header("if-none-match");
    return assetAnswer(found, { ifNoneMatch, acceptEncoding: c.req.header("accept-encoding") }, safety);
  };

  app.get(DOCUMENT, serve);
  // Relative, since a proxy may have taken a prefix off the path.
  app.get("/apidoc", () => new Response(null, { status: 308, headers: { location: "apidoc/" } }));
  app.get("/apidoc/*", serve);
  for (const route of [DOCUMENT, "/apidoc", "/apidoc/*"]) {
    app.all(route, () => methodNotAllowed(["GET"]));
  }
}

async function documentAsset(): Promise<Asset> {
  const { openApiDocument } = await import("./document.ts"); // the schemas' library would delay the start
  return makeAsset("application/json", Buffer.from(JSON.stringify(openApiDocument())));
}
