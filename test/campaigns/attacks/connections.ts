// Attacks with connections and the way in which requests come.

import { randomBytes } from "node:crypto";
import type { Socket } from "node:net";
import { type Attack, again, judge, type Stage, some } from "./attack.ts";
import { ask, json, open, openMany, over, pause, put, request, statusOn } from "./wire.ts";

const THING = "/api/2/things/org.attack:thing";

/** Does something on each of many connections, again and again, and opens those anew that are closed. */
async function onEach(
  stage: Stage,
  count: number,
  everyMs: number,
  act: (socket: Socket, nth: number) => void,
): Promise<void> {
  const sockets = await openMany(stage, count);
  const turns = sockets.map(() => 0);
  while (!stage.stop.aborted) {
    for (const [i, socket] of sockets.entries()) {
      if (socket.destroyed) {
        stage.count("closed by the server");
        sockets[i] = await open(stage);
        turns[i] = 0;
      }
      act(sockets[i] as Socket, turns[i] as number);
      turns[i] = (turns[i] as number) + 1;
    }
    await pause(stage, everyMs);
  }
  for (const socket of sockets) socket.destroy();
}

export const slowHeaders: Attack = {
  name: "slow-headers",
  about: "5,000 connections send a header now and then, and never the last",
  holdsMb: 200,
  run: (stage) =>
    onEach(stage, some(stage, 5_000), 1_000, (socket, nth) =>
      socket.write(
        nth === 0 ? `GET ${THING} HTTP/1.1\r\nhost: localhost\r\n` : `x-${nth}: ${"a".repeat(200)}\r\n`,
      ),
    ),
};

/** Bodies that are announced as long as may be and sent bit by bit. */
export const slowBodies: Attack = {
  name: "slow-bodies",
  about: "2,000 connections send bodies of 1 MB, 16 KB at a time, and never the end: 2 GB in all",
  holdsMb: 300,
  async run(stage) {
    const piece = Buffer.alloc(16_384, 0x20);
    const head = request("PUT", `${THING}/attributes/slow`, {
      headers: { ...json, "content-length": "1000000" },
    });
    const isAsked = new WeakSet<Socket>();
    await onEach(stage, some(stage, 2_000), 50, (socket, nth) => {
      if (!isAsked.has(socket)) {
        isAsked.add(socket);
        socket.once("data", (answer) => {
          judge(stage, "slow body", Number(answer.toString("latin1", 9, 12)), [408, 503]);
          socket.destroy();
        });
      }
      if (nth === 0) socket.write(head);
      if (nth < 60) socket.write(piece);
    });
  },
};

export const crumbs: Attack = {
  name: "crumbs",
  about: "100 connections send their bodies byte by byte, each in a chunk of its own",
  holdsMb: 300,
  run: (stage) =>
    again(stage, some(stage, 100), async () => {
      const socket = await open(stage);
      socket.write(
        request("PUT", `${THING}/attributes/crumbs`, {
          headers: { ...json, "transfer-encoding": "chunked" },
        }),
      );
      const answered = statusOn(socket, stage);
      const crumb = Buffer.from("1\r\n \r\n".repeat(2_000));
      for (let sent = 0; sent < 900_000 && !socket.destroyed && !stage.stop.aborted; sent += 2_000) {
        if (!socket.write(crumb)) await Promise.race([drained(socket), over(stage)]);
      }
      socket.write("4\r\ntrue\r\n0\r\n\r\n");
      const status = await answered;
      if (!stage.stop.aborted) judge(stage, "crumbs", status, [201, 204, 503]);
      socket.destroy();
    }),
};

const drained = (socket: Socket): Promise<void> =>
  new Promise((resolve) => {
    socket.once("drain", resolve);
    socket.once("close", () => resolve());
  });

export const connects: Attack = {
  name: "connects",
  about: "100 at a time connect and leave, with and without a word, without end",
  holdsMb: 100,
  run: (stage) =>
    again(stage, some(stage, 100), async (_, nth) => {
      const socket = await open(stage);
      if (nth % 2 === 0) socket.write("GET / HT");
      if (nth % 3 === 0) socket.end();
      else socket.resetAndDestroy();
      stage.count("connects");
      if (nth % 3 === 0) socket.destroy();
    }),
};

export const halfClosed: Attack = {
  name: "half-closed",
  about: "2,000 connections close their side after a whole request, or in the midst of one, and stay",
  holdsMb: 150,
  async run(stage) {
    const sockets = await openMany(stage, some(stage, 2_000));
    for (const [i, socket] of sockets.entries()) {
      const whole = request("GET", THING);
      const text = i % 3 === 0 ? whole : i % 3 === 1 ? whole.slice(0, 40) : request("PUT", THING, BODY_OF_10);
      if (i % 3 === 0) {
        socket.once("data", (answer) =>
          judge(stage, "half-closed", Number(answer.toString("latin1", 9, 12)), [200, 404]),
        );
      }
      socket.end(text);
    }
    await over(stage);
    for (const socket of sockets) socket.destroy();
  },
};
const BODY_OF_10 = { headers: { ...json, "content-length": "10" }, body: "{" };

export const headerBombs: Attack = {
  name: "header-bombs",
  about: "too many headers, too long ones, the same thousands of times, and names without sense",
  holdsMb: 100,
  run: (stage) =>
    again(stage, some(stage, 20), async (_, nth) => {
      const [what, headers] = bombs[nth % bombs.length] as (typeof bombs)[number];
      const bytes = `GET ${THING} HTTP/1.1\r\nhost: localhost\r\n${headers}\r\n`;
      const status = await ask(stage, Buffer.from(bytes, "latin1"));
      if (!stage.stop.aborted) judge(stage, what, status, [400, 401, 408, 431]);
    }),
};
const bombs = [
  ["3,000 headers", Array.from({ length: 3_000 }, (_, i) => `x-${i}: 1\r\n`).join("")],
  ["a header of 60 KB", `x-long: ${"a".repeat(60_000)}\r\n`],
  ["a header of 200 KB", `x-long: ${"a".repeat(200_000)}\r\n`],
  ["a name of 200 KB", `${"a".repeat(200_000)}: x\r\n`],
  ["a token of 50 KB", `authorization: Bearer ${"e.".repeat(25_000)}\r\n`],
  ["many cookies", `cookie: ${"a=b; ".repeat(10_000)}\r\n`],
  ["many commas", `requested-acks: ${",".repeat(60_000)}\r\n`],
  ["a bare line feed in it", "x-a: b\nx-c: d\r\n"],
  ["two lengths", "content-length: 5\r\ncontent-length: 6\r\n"],
  ["a length and chunks", "content-length: 5\r\ntransfer-encoding: chunked\r\n"],
  ["bytes of no text", `x-bytes: ${"\x80\xff".repeat(5_000)}\r\n`],
] as const;

export const parameters: Attack = {
  name: "many-parameters",
  about:
    "thousands of parameters in the query, the same and different ones, up to and beyond the longest URI",
  holdsMb: 100,
  run: (stage) =>
    again(stage, some(stage, 20), async (_, nth) => {
      const [what, query] = queries[nth % queries.length] as (typeof queries)[number];
      const status = await ask(stage, request("GET", `/api/2/things?${query}`));
      if (!stage.stop.aborted) judge(stage, what, status, [200, 400, 414, 431]);
    }),
};
const queries = [
  ["2,000 parameters", "a&".repeat(2_000)],
  ["the same 1,500 times", "ids=x&".repeat(1_300)],
  ["IDs without number", `ids=${"org.attack:thing,".repeat(480)}`],
  ["fields without number", `ids=org.attack:thing&fields=${"a,".repeat(4_000)}`],
  ["fields within fields", `ids=org.attack:thing&fields=${"a(".repeat(4_000)}`],
  ["signs and no letters", "%25".repeat(2_700)],
  ["beyond the longest", `a=${"b".repeat(9_000)}`],
  ["far beyond the longest", `a=${"b".repeat(300_000)}`],
] as const;

export const pipelines: Attack = {
  name: "pipelines",
  about:
    "500 connections send hundreds of requests at once and leave before they are answered, or read nothing",
  holdsMb: 700,
  prepare: async (stage) => {
    await put(stage, THING, { attributes: { long: "x".repeat(90_000) } });
  },
  async run(stage) {
    const many = request("GET", THING).repeat(400);
    const deaf = await openMany(stage, some(stage, 400));
    for (const socket of deaf) {
      socket.pause();
      socket.write(many);
    }
    await again(stage, some(stage, 50), async (_, nth) => {
      const socket = await open(stage);
      socket.write(many);
      await pause(stage, nth % 20);
      socket.destroy();
      stage.count("left with requests unanswered");
    });
    for (const socket of deaf) socket.destroy();
  },
};

export const logins: Attack = {
  name: "logins",
  about: "100 at a time try passwords from another address, for names that are and are not",
  holdsMb: 100,
  run: (stage) =>
    again(stage, some(stage, 100), async (_, nth) => {
      const name = nth % 2 === 0 ? "ditto" : randomBytes(200).toString("hex");
      const authorization = `Basic ${Buffer.from(`${name}:${randomBytes(20).toString("hex")}`).toString("base64")}`;
      const status = await ask(stage, request("GET", THING, { headers: { authorization } }), "127.0.0.2");
      if (!stage.stop.aborted) judge(stage, "wrong password", status, [401, 429, 503]);
    }),
};
