// Between a server and its PostgreSQL: where DATABASE_URL asks for TLS, nothing is said to what does not speak it.

import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { expect, test } from "vitest";
import { startServer } from "../support/server.ts";

/** Answers every wish for TLS with no, and keeps what is said to it. */
async function impostor() {
  const said: Buffer[] = [];
  const server = createServer((socket) => {
    socket.on("error", () => undefined); // the other side leaves as it likes
    socket.on("data", (bytes: Buffer) => {
      said.push(bytes);
      const isWishForTls = bytes.length === 8 && bytes.readInt32BE(4) === 80_877_103;
      if (isWishForTls) socket.write("N");
      else socket.end();
    });
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return { url: `postgres://twin-user:hidden@127.0.0.1:${port}/twins`, said, close: () => server.close() };
}

test.each(["require", "verify-full"])(
  "with sslmode=%s nothing is said in clear",
  { timeout: 60_000 },
  async (mode) => {
    const database = await impostor();

    const started = startServer({ databaseUrl: `${database.url}?sslmode=${mode}`, readyWithinMs: 15_000 });

    await expect(started).rejects.toThrow();
    const words = Buffer.concat(database.said).toString("latin1");
    expect(database.said.length).toBeGreaterThan(0);
    expect(words).not.toContain("twin-user");
    expect(words).not.toContain("hidden");
    database.close();
  },
);

test("without it the server says who it is to whatever answers, as PostgreSQL's clients do", {
  timeout: 60_000,
}, async () => {
  const database = await impostor();

  await expect(startServer({ databaseUrl: database.url, readyWithinMs: 15_000 })).rejects.toThrow();

  expect(Buffer.concat(database.said).toString("latin1")).toContain("twin-user");
  database.close();
});
