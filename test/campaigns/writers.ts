import { setTimeout as sleep } from "node:timers/promises";
import type { TestServer } from "../support/server.ts";
import { type Answer, type Door, httpDoor, socketDoor } from "./doors.ts";
import type { Ledger } from "./ledger.ts";

/** Told of every answer that is no success; whether one was to be expected is the campaign's to say. */
export type OnRefusal = (answer: Answer, sentAt: number) => void;

/** Lanes that write one after another, each its own attribute, to things taken at random. */
export interface Writers {
  /** Ends when all lanes have: after {@link Writers.stop}, or when the server is gone. */
  readonly done: Promise<unknown>;
  /** Starts no further write. */
  stop(): void;
  close(): void;
}

const httpLanes = 8;
const sockets = 4;
const lanesPerSocket = 8;
const patienceMs = 20;

/** Values only ever grow, so that what is there tells which write it came from. */
let lastValue = 0;

/** Starts 8 lanes over HTTP, a third of them merging, and 32 over 4 WebSockets. */
export async function startWriters(
  server: TestServer,
  thingIds: readonly string[],
  ledger: Ledger,
  onRefusal: OnRefusal,
): Promise<Writers> {
  const doors: Door[] = [];
  const lanes: { name: string; door: Door }[] = [];
  for (let i = 0; i < httpLanes; i++) {
    const door = httpDoor(server, i % 3 === 0 ? "PATCH" : "PUT");
    doors.push(door);
    lanes.push({ name: `http-${i}`, door });
  }
  for (let i = 0; i < sockets; i++) {
    const door = await socketDoor(server);
    doors.push(door);
    for (let j = 0; j < lanesPerSocket; j++) lanes.push({ name: `ws-${i}-${j}`, door });
  }
  let stopped = false;
  const run = async ({ name, door }: { name: string; door: Door }) => {
    while (!stopped) {
      const thingId = thingIds[Math.floor(Math.random() * thingIds.length)] as string;
      const value = ++lastValue;
      const sentAt = performance.now();
      ledger.sent(thingId, name, value);
      const answer = await door.write(thingId, name, value);
      if (answer.status === 0) {
        if (!stopped) onRefusal(answer, sentAt);
        return;
      }
      if (answer.status < 300) {
        ledger.answered(thingId, name, value, answer.revision);
      } else {
        onRefusal(answer, sentAt);
        await sleep(patienceMs);
      }
    }
  };
  return {
    done: Promise.all(lanes.map(run)),
    stop: () => {
      stopped = true;
    },
    close: () => {
      for (const door of doors) door.close();
    },
  };
}
