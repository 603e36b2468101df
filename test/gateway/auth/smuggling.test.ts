// Credentials as they come over the wire, past a real parser: twice, folded, in other cases, under other names.

import { once } from "node:events";
import { createServer, type IncomingMessage, type Server } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { authenticator } from "../../../src/gateway/auth/authenticate.ts";
import { basicHeader } from "../../../src/gateway/auth/basic.ts";
import { admit } from "../../../src/gateway/http/request-headers.ts";
import { readTarget } from "../../../src/gateway/http/uri.ts";
import type { AuthContext } from "../../../src/signals/signal.ts";
import { authSettings, outcome } from "./requests.ts";

const token: AuthContext = {
  subjects: ["issuer:bearer"],
  token: { claims: {}, expiresAt: 0, headers: { "user-email": "a@b.c", "ditto-originator": "nginx:root" } },
};
const servers: Server[] = [];
const ports = { trusting: 0, distrusting: 0 };

async function listen(enablePreAuthentication: boolean): Promise<number> {
  const admission = {
    authenticate: authenticator({ ...authSettings, enablePreAuthentication }, () => token),
    asksForBasic: false,
    ignoresPreAuthentication: !enablePreAuthentication,
    maxHeaderBytes: 5_000,
    maxSubjects: 100,
  };
  const told = (incoming: IncomingMessage) =>
    outcome(async () => {
      const { auth, headers } = await admit(
        incoming,
        readTarget(incoming.url as string).query,
        "http",
        admission,
      );
      return { subjects: auth.subjects, headers };
    });
  const server = createServer(async (incoming, response) =>
    response.end(JSON.stringify(await told(incoming))),
  );
  servers.push(server);
  await once(server.listen(0, "127.0.0.1"), "listening");
  return (server.address() as AddressInfo).port;
}

beforeAll(async () => {
  ports.trusting = await listen(true);
  ports.distrusting = await listen(false);
});
afterAll(() => {
  for (const server of servers) server.close();
});

/** What comes of a request with these lines as headers: who speaks with which headers, or a refusal. */
async function send(lines: readonly string[], { port = ports.trusting, target = "/" } = {}) {
  const socket = connect(port, "127.0.0.1");
  socket.write(`PUT ${target} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n${lines.join("\r\n")}\r\n\r\n`);
  const answer = await text(socket);
  const body = answer.slice(answer.indexOf("\r\n\r\n") + 4).replace(/^[\da-f]+\r\n|\r\n0\r\n\r\n$/g, "");
  return body === "" ? answer.split("\r\n", 1)[0] : JSON.parse(body);
}

const ada = `authorization: ${basicHeader("ada:secret")}`;
const mallory = `authorization: ${basicHeader("mallory:secret")}`;
const twice = "400 gateway:duplicate.header.field";

describe("the header of a trusted proxy", () => {
  test("given twice is refused, in whatever case, and even when it says the same", async () => {
    expect(await send(["x-ditto-pre-authenticated: nginx:a", "X-DITTO-Pre-Authenticated: nginx:b"])).toBe(
      twice,
    );
    expect(await send(["x-ditto-pre-authenticated: nginx:a", "x-ditto-pre-authenticated: nginx:a"])).toBe(
      twice,
    );
    expect(await send(["x-ditto-pre-authenticated:", "x-ditto-pre-authenticated: nginx:a"])).toBe(twice);
  });

  test("given twice is refused where it is not trusted, too", async () => {
    const lines = [ada, "x-ditto-pre-authenticated: a:b", "x-ditto-pre-authenticated: a:c"];
    expect(await send(lines, { port: ports.distrusting })).toBe(twice);
  });

  test("is the same header in any case", async () => {
    expect(await send(["X-Ditto-PRE-Authenticated: nginx:a"])).toMatchObject({ subjects: ["nginx:a"] });
  });

  test("is another header with underscores, or with a blank before the colon, which is no HTTP", async () => {
    expect(await send(["x_ditto_pre_authenticated: nginx:a"])).toBe("401 gateway:authentication.failed");
    expect(await send(["x-ditto-pre-authenticated : nginx:a"])).toMatch(/^HTTP\/1.1 400 /);
  });

  test("cannot be folded into another", async () => {
    expect(await send(["x-mine: a", " x-ditto-pre-authenticated: nginx:a"])).toMatch(/^HTTP\/1.1 400 /);
    expect(await send(["x-ditto-pre-authenticated: nginx:a", " ,nginx:root"])).toMatch(/^HTTP\/1.1 400 /);
    expect(await send(["x-mine: a\nx-ditto-pre-authenticated: nginx:a"])).toMatch(/^HTTP\/1.1 400 /);
  });

  test("cannot be told in the query", async () => {
    const target = "/?x-ditto-pre-authenticated=nginx:a";
    expect(await send([], { target })).toBe("401 gateway:authentication.failed");
    expect(await send([ada], { target })).toMatchObject({ subjects: ["nginx:ada"] });
  });

  test("goes on with a command, as recorded, but not where it is not trusted", async () => {
    const header = "x-ditto-pre-authenticated";
    const [trusting, distrusting] = await Promise.all([
      send([`${header}: nginx:a`]),
      send([ada, `${header}: nginx:root`, "x-mine: 1"], { port: ports.distrusting }),
    ]);
    expect(trusting.headers[header]).toBe("nginx:a");
    expect(distrusting).toMatchObject({ subjects: ["nginx:ada"], headers: { "x-mine": "1" } });
    expect(distrusting.headers).not.toHaveProperty(header);
  });
});

describe("Authorization", () => {
  test("given twice is refused, whichever comes first", async () => {
    const port = ports.distrusting;
    expect(await send([ada, mallory], { port })).toBe(twice);
    expect(await send([ada, ada], { port })).toBe(twice);
    expect(await send([mallory, ada], { port })).toBe("401 gateway:authentication.failed");
  });

  test("does not go on with a command, nor does a token or a password of the query", async () => {
    const told = await send(["authorization: Bearer hush"], {
      target: "/?access_token=hush&basic=hush:hush",
    });
    expect(told.subjects).toEqual(token.subjects);
    expect(JSON.stringify(told)).not.toContain("hush");
  });

  test("may bring headers made of claims, which count before the client's own, but cannot set Ditto's own", async () => {
    const { headers } = await send(["authorization: Bearer x", "user-email: forged@b.c"]);
    expect(headers["user-email"]).toBe("a@b.c");
    expect(headers).not.toHaveProperty("ditto-originator");
  });
});
