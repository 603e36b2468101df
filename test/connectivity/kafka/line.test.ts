import { ResponseError } from "@platformatic/kafka";
import { expect, test } from "vitest";
import type { KafkaProducer } from "../../../src/connectivity/connectors/kafka/clients.ts";
import { Publishing } from "../../../src/connectivity/connectors/kafka/publishing.ts";
import { quickSettings, textMessage } from "./world.ts";

const NOT_LEADER = 6;
const MESSAGE_TOO_LARGE = 10;
/** No error of Kafka: the partition is left out of the answer. */
const SAYS_NOTHING = -1_000;
/** More than half of a batch, so that each goes alone. */
const LARGE = 200_000;
type Sent = readonly { readonly value: Buffer; readonly partition: number }[];
/** What the broker says of each partition: an error, or that it takes the messages. */
type Verdict = (texts: readonly string[], partition: number) => number;

const later = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** A producer whose broker judges each batch, some milliseconds later; fresh knowledge of the topic takes longer. */
function producing(verdict: Verdict, restarts: Partial<typeof quickSettings.producer.restarts> = {}) {
  const taken: string[] = [];
  const refreshed: boolean[] = [];
  const producer = {
    async metadata({ forceUpdate }: { forceUpdate: boolean }) {
      refreshed.push(forceUpdate);
      if (forceUpdate) await later(20);
      return { topics: new Map([["t", { partitionsCount: 2 }]]) };
    },
    async send({ messages }: { messages: Sent }) {
      await later(5);
      const byPartition = Map.groupBy(messages, ({ partition }) => partition);
      const partitionResponses = [...byPartition].map(([index, ofPartition]) => {
        const texts = ofPartition.map(({ value }) => value.toString());
        const errorCode = verdict(texts, index);
        if (errorCode === 0) taken.push(...texts.map((text) => `${index}:${text}`));
        return { index, errorCode, baseOffset: 0n };
      });
      const told = partitionResponses.filter(({ errorCode }) => errorCode !== SAYS_NOTHING);
      const bad = told.filter(({ errorCode }) => errorCode !== 0);
      const offsets = told.map(({ index, baseOffset }) => ({
        topic: "t",
        partition: index,
        offset: baseOffset,
      }));
      if (bad.length === 0) return { offsets };
      const errors = Object.fromEntries(bad.map(({ index, errorCode }) => [`/${index}`, [errorCode, null]]));
      const response = { responses: [{ name: "t", partitionResponses }] };
      throw new ResponseError(0, 9, errors as never, response as never);
    },
  };
  const publishing = new Publishing({
    producer: producer as unknown as KafkaProducer,
    settings: {
      ...quickSettings.producer,
      restarts: { ...quickSettings.producer.restarts, min: 10, max: 40, ...restarts },
    },
    isDebugEnabled: false,
    connectionId: "c",
    failed: () => undefined,
  });
  const publish = (partition: number, text: string) =>
    publishing.publish({ address: `t#${partition}`, qos: undefined, message: textMessage(text) });
  return { publish, publishing, taken, refreshed };
}

const nextTurn = () => new Promise((resolve) => setImmediate(resolve));

test("what is refused since the leader has moved is sent again, in its order, with fresh knowledge", async () => {
  let refusals = 3;
  const { publish, taken, refreshed } = producing(() => (refusals-- > 0 ? NOT_LEADER : 0));
  const publishing = ["a", "b", "c"].map((text) => publish(0, text));
  await nextTurn();
  publishing.push(publish(0, "d"));
  await nextTurn();
  publishing.push(publish(0, "e"));

  expect(await Promise.all(publishing)).toEqual(Array(5).fill({ status: 204 }));
  expect(taken).toEqual(["0:a", "0:b", "0:c", "0:d", "0:e"]);
  expect(refreshed).toContain(true);
});

test("after a refusal no batch goes ahead of the first one, which waits for fresh knowledge", async () => {
  let refusals = 3;
  const { publish, taken } = producing(() => (refusals-- > 0 ? NOT_LEADER : 0));
  await Promise.all(["a", "b", "c"].map((letter) => publish(0, letter.repeat(LARGE))));
  expect(taken.map((text) => text.slice(0, 3))).toEqual(["0:a", "0:b", "0:c"]);
});

test("messages of a partition that the broker leaves out of its answer are told as failed", async () => {
  const { publish } = producing((_, partition) => (partition === 1 ? SAYS_NOTHING : 0));
  const [first, second] = await Promise.allSettled([publish(0, "a"), publish(1, "b")]);
  expect(first).toMatchObject({ status: "fulfilled" });
  expect(second).toMatchObject({ status: "rejected", reason: { name: "PublishFailure", status: 500 } });
});

test("only the partition that was refused is sent again, so that nothing arrives twice", async () => {
  let refusals = 1;
  const { publish, taken } = producing((_, partition) =>
    partition === 0 && refusals-- > 0 ? NOT_LEADER : 0,
  );
  await Promise.all([publish(0, "a"), publish(1, "b"), publish(0, "c")]);
  expect(taken).toEqual(["1:b", "0:a", "0:c"]);
});

test("a message that another one has overtaken is given up rather than sent out of order", async () => {
  const { publish, taken } = producing(([text]) => (text === "first" ? NOT_LEADER : 0));
  const first = publish(0, "first");
  await nextTurn();
  const second = publish(0, "second");
  await expect(first).rejects.toMatchObject({ status: 500 });
  expect(await second).toEqual({ status: 204 });
  expect(taken).toEqual(["0:second"]);
});

test("what is refused again and again is told as failed, and others come after it", async () => {
  let isSound = false;
  const { publish } = producing(() => (isSound ? 0 : NOT_LEADER), { maxCount: 2 });
  await expect(publish(0, "a")).rejects.toMatchObject({
    status: 500,
    message: expect.stringMatching(/leader/),
  });
  isSound = true;
  expect(await publish(0, "b")).toEqual({ status: 204 });
});

test("what is refused for good is not sent again", async () => {
  let count = 0;
  const { publish } = producing(() => {
    count++;
    return MESSAGE_TOO_LARGE;
  });
  await expect(publish(0, "a")).rejects.toMatchObject({ status: 400 });
  expect(count).toBe(1);
});

test("closing gives up what rests", async () => {
  const { publish, publishing } = producing(() => NOT_LEADER, { min: 60_000, max: 60_000 });
  const failing = expect(publish(0, "a")).rejects.toMatchObject({ status: 503 });
  await new Promise((resolve) => setTimeout(resolve, 50));
  publishing.close();
  await failing;
});
