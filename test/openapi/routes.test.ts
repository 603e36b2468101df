import { gunzipSync } from "node:zlib";
import { Hono } from "hono";
import { expect, test } from "vitest";
import { keepAssets, makeAsset } from "../../src/gateway/openapi/asset.ts";
import { openApiRoutes } from "../../src/gateway/openapi/routes.ts";

const app = new Hono();
openApiRoutes(app);
const get = (path: string, headers: Record<string, string> = {}) => app.request(path, { headers });

/** The files that the page of the browser loads. */
async function linked(): Promise<string[]> {
  const page = await (await get("/apidoc/")).text();
  return [...page.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, link]) => link as string);
}

test("the document is served to anybody as JSON", async () => {
  const answer = await get("/api/2/openapi.json");

  expect(answer.headers.get("content-type")).toBe("application/json");
  expect(await answer.json()).toMatchObject({ openapi: "3.1.0", servers: [{ url: "../.." }] });
});

test("a browser is sent from the folder's name into the folder, wherever a proxy has put it", async () => {
  const answer = await get("/apidoc");

  expect([answer.status, answer.headers.get("location")]).toEqual([308, "apidoc/"]);
});

const types = [
  ["/apidoc/", "text/html; charset=utf-8"],
  ["/apidoc/start.js", "text/javascript; charset=utf-8"],
  ["/apidoc/swagger-ui-bundle.js", "text/javascript; charset=utf-8"],
  ["/apidoc/swagger-ui.css", "text/css; charset=utf-8"],
  ["/apidoc/favicon-32x32.png", "image/png"],
];

test.each(types)("%s is of its type, which browsers are told not to guess", async (path, type) => {
  const { status, headers } = await get(path as string);

  expect([status, headers.get("content-type")]).toEqual([200, type]);
  expect(headers.get("x-content-type-options")).toBe("nosniff");
  expect(headers.get("content-security-policy")).toContain("default-src 'none'");
});

test("the page loads files of its own folder only, all of which are there", async () => {
  const links = await linked();

  expect(links.length).toBeGreaterThan(0);
  expect(links.filter((link) => !/^[\w.-]+$/.test(link))).toEqual([]);
  for (const link of links) expect((await get(`/apidoc/${link}`)).status, link).toBe(200);
});

test("the page holds no script, which its policy would not let run", async () => {
  expect(await (await get("/apidoc/")).text()).not.toMatch(/<script>|<script[^>]*>[^<]|\son\w+=|javascript:/);
});

test("the script asks for the document two levels up, and for no validator elsewhere", async () => {
  const script = await (await get("/apidoc/start.js")).text();

  expect(new URL("../api/2/openapi.json", "https://acme.example/twins/apidoc/").pathname).toBe(
    "/twins/api/2/openapi.json",
  );
  expect(script).toContain('new URL("../api/2/openapi.json", document.baseURI)');
  expect(script).toContain("validatorUrl: null");
});

test.each(["/api/2/openapi.json", "/apidoc/", "/apidoc/swagger-ui.css"])(
  "%s is sent once to whoever keeps it",
  async (path) => {
    const etag = (await get(path)).headers.get("etag") as string;

    const again = await get(path, { "if-none-match": `"other", ${etag}` });

    expect([again.status, await again.text(), again.headers.get("etag")]).toEqual([304, "", etag]);
    expect((await get(path, { "if-none-match": '"other"' })).status).toBe(200);
  },
);

test("an entity tag is known in its strong form as well, as some caches keep it", async () => {
  const etag = (await get("/apidoc/")).headers.get("etag") as string;

  expect((await get("/apidoc/", { "if-none-match": etag.replace("W/", "") })).status).toBe(304);
});

test("a file is made ready once, however many ask for it, and what there is none of is not kept", async () => {
  const loads: string[] = [];
  const asset = keepAssets(async (name) => {
    loads.push(name);
    return name === "a" ? makeAsset("text/plain", Buffer.from("a")) : undefined;
  });

  const [first, second] = await Promise.all([asset("a"), asset("a"), asset("b")]);
  await asset("b");

  expect(second).toBe(first);
  expect(await asset("a")).toBe(first);
  expect(loads).toEqual(["a", "b", "b"]);
});

test("a file that could not be read is tried again", async () => {
  let isBroken = true;
  const asset = keepAssets(() =>
    isBroken ? Promise.reject(new Error("no disk")) : makeAsset("text/plain", Buffer.from("a")),
  );
  await expect(asset("a")).rejects.toThrow("no disk");

  isBroken = false;

  expect((await asset("a"))?.type).toBe("text/plain");
});

test.each(["/api/2/openapi.json", "/apidoc/", "/apidoc/swagger-ui-bundle.js"])(
  "%s comes compressed to who accepts it, and caches are told so",
  async (path) => {
    const plain = await get(path, { "accept-encoding": "br" });
    const zipped = await get(path, { "accept-encoding": "br, gzip" });
    const known = await get(path, { "if-none-match": zipped.headers.get("etag") as string });

    expect(plain.headers.get("content-encoding")).toBeNull();
    expect(zipped.headers.get("content-encoding")).toBe("gzip");
    expect(gunzipSync(await zipped.arrayBuffer()).toString()).toBe(await plain.text());
    for (const answer of [plain, zipped, known]) expect(answer.headers.get("vary")).toBe("accept-encoding");
  },
);

test("an image, which is compressed by itself, comes as it is", async () => {
  const { headers } = await get("/apidoc/favicon-32x32.png", { "accept-encoding": "gzip" });

  expect([headers.get("content-encoding"), headers.get("vary")]).toEqual([null, null]);
});

const elsewhere = ["package.json", "..%2fpackage.json", "index.html", "constructor", "swagger-ui.js", "a/b"];

test.each(elsewhere)("no other file is served: %s", async (name) => {
  expect((await get(`/apidoc/${name}`)).status).toBe(404);
});

test.each(["/api/2/openapi.json", "/apidoc", "/apidoc/swagger-ui.css"])("%s is only read", async (path) => {
  const answer = await app.request(path, { method: "PUT", body: "{}" });

  expect([answer.status, answer.headers.get("allow")]).toEqual([405, "GET"]);
});
