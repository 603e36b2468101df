// Answers that are made while they are sent, on a real connection.

import { once } from "node:events";
import { createServer } from "node:http";
import { connect, type Socket } from "node:net";
import { getRequestListener, type HttpBindings } from "@hono/node-server";
import { expect, test, vi } from "vitest";
import { begun, inChunks, streamedAnswer } from "../../../src/gateway/http/streamed-answer.ts";
import { delivered } from "../../../src/gateway/sse/taken-over.ts";
import { closeOnLoopback, listenOnLoopback } from "../../support/loopback.ts";

/** Serves an answer of endless parts; the first is made when `ready` is. */
async function serving(stallMs: number, ready: Promise<void> = Promise.resolve()) {
  const state = { made: 0, ended: 0, faults: 0, asked: 0 };
  async function* parts(): AsyncGenerator<Uint8Array> {
    try {
      await ready;
      for (;;) {
        state.made++;
        yield Buffer.alloc(65_536);
        await new Promise((resolve) => setImmediate(resolve));
      }
    } finally {
      state.ended++;
    }
  }
  const server = createServer(
    getRequestListener((async (_: Request, { outgoing }: HttpBindings) => {
      state.asked++;
      const content = await begun(parts());
      return delivered(
        streamedAnswer({}, content, () => state.faults++, stallMs),
        outgoing as never,
      );
    }) as never),
  );
  const address = await listenOnLoopback(server);
  return { state, address, [Symbol.asyncDispose]: () => closeOnLoopback(server) };
}

function ask(address: string): Socket {
  const [host, port] = address.split(":");
  const socket = connect(Number(port), host);
  socket.on("error", () => undefined);
  socket.write(`GET / HTTP/1.1\r\nhost: ${address}\r\n\r\n`);
  return socket;
}

test("who takes nothing any more is left, and the work ends", async () => {
  await using world = await serving(100);
  const socket = ask(world.address);
  await once(socket, "readable"); // and never reads

  await vi.waitFor(() => expect(world.state.ended).toBe(1), { timeout: 5_000 });

  expect(world.state.faults).toBe(0);
  socket.destroy();
});

test("who takes what there is may do so for longer", async () => {
  await using world = await serving(100);
  const socket = ask(world.address).resume();

  await new Promise((resolve) => setTimeout(resolve, 400));

  expect(world.state.ended).toBe(0);
  socket.destroy();
  await vi.waitFor(() => expect(world.state.ended).toBe(1));
});

test("the work ends, too, for who goes away before its first part is there", async () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  await using world = await serving(1_000, promise);
  const socket = ask(world.address);
  await vi.waitFor(() => expect(world.state.asked).toBe(1));
  socket.destroy();
  await new Promise((done) => setTimeout(done, 50));

  resolve();

  await vi.waitFor(() => expect(world.state.ended).toBe(1));
  expect(world.state).toMatchObject({ made: 1, faults: 0 });
});

test("texts go out one by one at first, then several together", async () => {
  async function* texts() {
    for (let i = 0; i < 7; i++) yield `${i}ä`;
  }
  const chunks: string[] = [];
  for await (const chunk of inChunks(texts(), 5)) chunks.push(Buffer.from(chunk).toString());

  expect(chunks).toEqual(["0ä", "1ä2ä3ä", "4ä5ä6ä"]);
});
