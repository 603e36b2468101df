import { expect, test } from "vitest";
import type { ReceivedMessage } from "../../../src/connectivity/connectors/connector.ts";
import { Gathering } from "../../../src/connectivity/connectors/nats/gathering.ts";
import { bytesPayload } from "../../../src/connectivity/external-message.ts";

const MEGABYTE = 1024 ** 2;

function start(unsettled: number, lastDelivered: number) {
  const handedOn: string[] = [];
  const gathering = new Gathering({ unsettled, lastDelivered }, ({ address }) => void handedOn.push(address));
  /** What comes, each as its place in the stream and how often it was delivered. */
  const come = (places: readonly (readonly [sequence: number, count: number])[], bytes = 0) =>
    places.map(([sequence, count]) =>
      gathering.take(
        { stream: "PLANT", sequence: `${sequence}`, timestamp: 0, count },
        messageOf(sequence, bytes),
      ),
    );
  return { gathering, handedOn, come };
}

const messageOf = (sequence: number, length: number): ReceivedMessage => ({
  ...{ address: `${sequence}`, sourceAddress: "stream:PLANT", headers: {} },
  payload: bytesPayload(Buffer.alloc(length)),
  settle: () => undefined,
});

test("what is unsettled is handed on in the order of the stream, once all of it has come", () => {
  const { handedOn, come } = start(3, 9);

  come([
    [8, 2],
    [5, 3],
  ]);
  expect(handedOn).toEqual([]);
  come([[7, 2]]);

  expect(handedOn).toEqual(["5", "7", "8"]);
});

test("what comes afterwards is not its business", () => {
  const { come } = start(1, 9);

  expect(come([[9, 2]])).toEqual([true]);
  expect(come([[10, 1]])).toEqual([false]);
});

test("a new message tells that nothing unsettled comes any more, and is the last", () => {
  const { handedOn, come } = start(3, 9);

  come([
    [8, 2],
    [5, 2],
    [10, 1],
  ]);

  expect(handedOn).toEqual(["5", "8", "10"]);
});

test("what the server could not deliver to the client before comes first of all, and is not taken for a new one", () => {
  const { handedOn, come } = start(2, 9);

  come([
    [10, 2],
    [8, 2],
    [9, 3],
  ]);

  expect(handedOn).toEqual(["8", "9", "10"]);
});

test("a message that comes twice does not stand for another", () => {
  const { handedOn, come } = start(2, 9);

  come([
    [9, 2],
    [9, 3],
  ]);
  expect(handedOn).toEqual([]);
  come([[8, 2]]);

  expect(handedOn).toEqual(["8", "9", "9"]);
});

test("where the server says that it has nothing more, what there is is handed on", () => {
  const { gathering, handedOn, come } = start(5, 9);

  come([
    [8, 2],
    [7, 2],
  ]);
  gathering.end();

  expect(handedOn).toEqual(["7", "8"]);
});

test("what takes too much memory is handed on before it is complete", () => {
  const { handedOn, come } = start(100, 200);

  come(
    Array.from({ length: 70 }, (_, i) => [100 - i, 2] as const),
    MEGABYTE,
  );

  expect(handedOn.length).toBeGreaterThan(60);
  expect(handedOn.slice(0, 2)).toEqual(["37", "38"]);
});

test("what is cleared is not handed on", () => {
  const { gathering, handedOn, come } = start(3, 9);

  come([
    [8, 2],
    [7, 2],
  ]);
  const cleared = gathering.clear();
  gathering.end();

  expect(cleared.map(({ address }) => address)).toEqual(["7", "8"]);
  expect(handedOn).toEqual([]);
});
