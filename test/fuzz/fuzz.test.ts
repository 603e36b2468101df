// Bounded rounds of the fuzzer; `FUZZ_RUNS=100000` makes them longer, test/fuzz/main.ts is a campaign.

import { afterAll, beforeAll, expect, test } from "vitest";
import type { TestServer } from "../support/server.ts";
import { openSession } from "../support/socket.ts";
import { messageRound, requestRound } from "./rounds.ts";
import { aftermath, type Holdings, holdings, startTarget } from "./target.ts";

const asked = process.env.FUZZ_RUNS;
const effort = asked === undefined ? { runs: 2_000, withinMs: 15_000 } : { runs: Number(asked) };
const patience = asked === undefined ? 60_000 : 3_600_000;

let server: TestServer;
let before: Holdings;
beforeAll(async () => {
  server = await startTarget();
  await requestRound(server, { runs: 100 });
  before = await holdings(server);
});
afterAll(() => server[Symbol.asyncDispose]());

test(
  "whatever is asked over HTTP, the answer is none of the server's own failures",
  async () => {
    await requestRound(server, effort);

    expect(await aftermath(server, before)).toEqual([]);
  },
  patience,
);

test(
  "whatever is said over a WebSocket, the answer is none of the server's own failures",
  async () => {
    await messageRound(server, effort);

    expect(await aftermath(server, before)).toEqual([]);
  },
  patience,
);

test(
  "sessions that come and go leave nothing behind",
  async () => {
    for (let i = 0; i < 50; i++) {
      await using session = await openSession(server, { "x-ditto-pre-authenticated": "nginx:ditto" });
      session.send("START-SEND-EVENTS");
      await session.next();
    }

    expect(await aftermath(server, before)).toEqual([]);
  },
  patience,
);
