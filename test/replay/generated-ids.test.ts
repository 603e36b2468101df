import { expect, test } from "vitest";
import { Bindings } from "./bindings.ts";
import { askerFor } from "./generated-ids.ts";
import type { Exchange, WireRequest } from "./recording.ts";

const uuid = (first: string) => `${first}39afcc1-16f1-4c9b-ab24-3fc9abad28d9`;

const recorded = (n: number, method: string, path: string, json: never): Exchange => ({
  n,
  name: "",
  request: { method, path, headers: { who: "me", "content-type": "application/json" } },
  response: { status: method === "POST" ? 201 : 200, headers: [], body: { kind: "json", json } },
});

const creation = recorded(1, "POST", "/api/2/things?namespace=org.acme", {
  thingId: `org.acme:${uuid("8")}`,
} as never);
const search = recorded(2, "GET", "/api/2/search/things", {
  items: ["5", "a b", uuid("8")].map((name) => ({ thingId: `org.acme:${name}` })),
} as never);

/** A server that generates these ids, the last one for ever. */
function serverOf(...firsts: readonly string[]) {
  const asked: string[] = [];
  let made = 0;
  const ask = async ({ method, path, headers }: WireRequest) => {
    asked.push(`${method} ${path} ${Object.keys(headers).join(" ")}`);
    if (method === "DELETE") return { status: 204, headers: [], body: "" };
    const first = firsts[Math.min(made++, firsts.length - 1)] as string;
    return { status: 201, headers: [], body: JSON.stringify({ thingId: `org.acme:${uuid(first)}` }) };
  };
  const askFor = askerFor([creation, search], ask);
  return { asked, ask: (exchange: Exchange) => askFor(exchange, exchange.request, new Bindings("host")) };
}

const POST = "POST /api/2/things?namespace=org.acme who content-type";

test("a generated id that stands among the listed ones as the recorded one did is taken", async () => {
  const { asked, ask } = serverOf("6");

  expect((await ask(creation)).body).toContain(uuid("6"));

  expect(asked).toEqual([POST]);
});

test("things whose generated ids stand elsewhere are deleted again, with their policies", async () => {
  const { asked, ask } = serverOf("d", "4", "7");

  expect((await ask(creation)).body).toContain(uuid("7"));

  const removed = (first: string) =>
    ["things", "policies"].map((kind) => `DELETE /api/2/${kind}/org.acme:${uuid(first)} who`);
  expect(asked).toEqual([POST, ...removed("d"), POST, ...removed("4"), POST]);
});

test("what generates no id is asked for once", async () => {
  const { asked, ask } = serverOf("d");

  await ask(search);

  expect(asked).toEqual(["GET /api/2/search/things who content-type"]);
});

test("a server that never generates such an id is given up", async () => {
  await expect(serverOf("d").ask(creation)).rejects.toThrow("stand elsewhere");
});
