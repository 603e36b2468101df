// Attacks with WebSocket sessions and streams of events.

import { setTimeout as sleep } from "node:timers/promises";
import { type Attack, again, type Stage, some } from "./attack.ts";
import { type Frame, frame, openSession, type Session } from "./frames.ts";
import { openMany, over, pause, put, request } from "./wire.ts";

const LOUD = "/api/2/things/org.attack:loud";

/** What breaks the rules, and the code it is answered with (RFC 6455, section 7.4.1). */
const broken: readonly (readonly [what: string, sent: readonly Frame[], code: number])[] = [
  ["a frame that is not masked", [{ payload: "{}", isMasked: false }], 1002],
  ["a packed frame", [{ payload: "{}", reserved: 0x40 }], 1002],
  ["reserved bits", [{ payload: "{}", reserved: 0x30 }], 1002],
  ["a reserved opcode", [{ opcode: 3 }], 1002],
  ["a reserved control frame", [{ opcode: 11 }], 1002],
  ["a continuation of nothing", [{ opcode: 0 }], 1002],
  ["a message within a message", [{ isLast: false, payload: "{" }, { payload: "{}" }], 1002],
  ["a ping in two frames", [{ opcode: 9, isLast: false }], 1002],
  ["a ping of 200 bytes", [{ opcode: 9, payload: "x".repeat(200) }], 1002],
  ["a closing frame of one byte", [{ opcode: 8, payload: "x" }], 1002],
  ["a closing code that is none", [{ opcode: 8, payload: Buffer.from([0, 1]) }], 1002],
  ["2 MB in a frame", [{ told: 2_000_000n }], 1009],
  ["2^60 bytes in a frame", [{ told: 1n << 60n }], 1009],
  ["a text that is no UTF-8", [{ payload: Buffer.from([0xff, 0xfe]) }], 1007],
  [
    "2 MB in two frames",
    [
      { isLast: false, payload: "x".repeat(900_000) },
      { opcode: 0, payload: "x".repeat(900_000) },
    ],
    1009,
  ],
];

export const brokenFrames: Attack = {
  name: "broken-frames",
  about: "WebSocket frames that break the rules: not masked, reserved bits, lengths, codes, encodings",
  holdsMb: 100,
  run: (stage) =>
    again(stage, some(stage, 20), async (lane, nth) => {
      const [what, sent, code] = broken[(lane + nth) % broken.length] as (typeof broken)[number];
      const packing = nth % 2 === 0 ? { "sec-websocket-extensions": "permessage-deflate" } : {};
      const session = await openSession(stage, packing);
      if (!session) return;
      session.socket.write(Buffer.concat(sent.map(frame)));
      const given = await Promise.race([session.closed, over(stage)]);
      session.socket.destroy();
      if (given === undefined) return;
      stage.count(`${what}: ${given}`);
      if (given !== code && !stage.stop.aborted) stage.wrong(`${what} was closed with ${given}`);
    }),
};

/** Codes with which messages that never end may be closed: too many frames, too long, given up; or it was cut off. */
const GIVEN_UP = [1006, 1008, 1009, 1013];

/** Sends the same on a session until it is closed. */
async function flood(stage: Stage, session: Session, bytes: Buffer): Promise<void> {
  const { socket } = session;
  let code: number | undefined;
  void session.closed.then((given) => {
    code = given;
  });
  while (code === undefined && !stage.stop.aborted) {
    if (socket.write(bytes)) await sleep(0);
    else
      await Promise.race([new Promise((taken) => socket.once("drain", taken)), session.closed, over(stage)]);
  }
  socket.destroy();
  if (code === undefined) return;
  stage.count(`closed with ${code}`);
  if (!GIVEN_UP.includes(code)) stage.wrong(`a message without end was closed with ${code}`);
}

const crumb = frame({ opcode: 0, isLast: false, payload: "x" });
const pong = frame({ opcode: 10, payload: "p".repeat(100) });

export const fragments: Attack = {
  name: "fragments",
  about: "50 messages in frames of a byte that never end, some with 60 KB of pongs between the bytes",
  holdsMb: 400,
  run: (stage) =>
    again(stage, some(stage, 50), async (lane) => {
      const session = await openSession(stage);
      if (!session) return;
      session.socket.write(frame({ isLast: false, payload: "{" }));
      const between = lane % 2 === 0 ? 0 : 560;
      const bytes =
        between === 0
          ? Buffer.concat(Array.from({ length: 500 }, () => crumb))
          : Buffer.concat([crumb, ...Array.from({ length: between }, () => pong)]);
      await flood(stage, session, bytes);
    }),
};

export const slowMessages: Attack = {
  name: "slow-messages",
  about: "1,000 sessions send 900 KB of a message, and not the rest",
  holdsMb: 300,
  async run(stage) {
    const most = frame({ told: 990_000n, payload: " ".repeat(900_000) });
    await again(stage, some(stage, 1_000), async () => {
      const session = await openSession(stage);
      if (!session) return pause(stage, 100);
      session.socket.write(most);
      const code = await Promise.race([session.closed, over(stage)]);
      session.socket.destroy();
      if (code === undefined) return;
      stage.count(`closed with ${code}`);
      if (!GIVEN_UP.includes(code)) stage.wrong(`a slow message was closed with ${code}`);
    });
  },
};

export const subscriptions: Attack = {
  name: "subscriptions",
  about: "10,000 sessions subscribe to events, each with a filter of its own",
  holdsMb: 600,
  async run(stage) {
    const sessions: Session[] = [];
    const left = Array.from({ length: some(stage, 10_000) }).keys();
    const lane = async () => {
      for (const i of left) {
        if (stage.stop.aborted) return;
        const session = await openSession(stage);
        if (!session) continue;
        sessions.push(session);
        stage.count("sessions");
        const filter = `and(gt(attributes/level,${i}),like(attributes/name,"*${i}*"))`;
        session.socket.write(
          frame({
            payload: `START-SEND-EVENTS?filter=${encodeURIComponent(filter)}&extraFields=attributes/a${i}`,
          }),
        );
      }
    };
    await Promise.all(Array.from({ length: 50 }, lane));
    await over(stage);
    for (const { socket } of sessions) socket.destroy();
  },
};

/** Writes events of 90 KB each as fast as they are taken. */
const speakLoudly = (stage: Stage): Promise<void> =>
  again(stage, 2, async (_, nth) => {
    await put(stage, `${LOUD}/attributes/text`, `${nth}${"x".repeat(90_000)}`).catch(() => undefined);
    stage.count("events of 90 KB");
  });

export const deafSessions: Attack = {
  name: "deaf-sessions",
  about: "1,000 sessions ask for events of 90 KB and read none: 4 GB might wait for them",
  holdsMb: 900,
  prepare: (stage) => put(stage, LOUD, {}),
  async run(stage) {
    const sessions: Session[] = [];
    const deafen = async () => {
      const session = await openSession(stage);
      if (!session) return;
      session.socket.write(frame({ payload: "START-SEND-EVENTS" }));
      await pause(stage, 20);
      session.socket.pause();
      sessions.push(session);
      stage.count("sessions");
    };
    const left = Array.from({ length: some(stage, 1_000) }).keys();
    const lane = async () => {
      for (const _ of left) if (!stage.stop.aborted) await deafen();
    };
    await Promise.all(Array.from({ length: 20 }, lane));
    await speakLoudly(stage);
    for (const { socket } of sessions) socket.destroy();
  },
};

export const deafStreams: Attack = {
  name: "deaf-streams",
  about: "2,000 streams of server-sent events that nobody reads: 2 GB might wait for them",
  holdsMb: 900,
  prepare: (stage) => put(stage, LOUD, {}),
  async run(stage) {
    const sockets = await openMany(stage, some(stage, 2_000));
    for (const socket of sockets) {
      socket.write(request("GET", "/api/2/things", { headers: { accept: "text/event-stream" } }));
      socket.once("data", () => {
        socket.pause();
        stage.count("streams");
      });
    }
    await speakLoudly(stage);
    for (const socket of sockets) socket.destroy();
  },
};
