import { assert, test } from "vitest";
import { type Receipt, Receipts } from "../../../src/connectivity/connectors/mqtt/receipts.ts";

function receipts(withReconnect = false) {
  const sent: string[] = [];
  let reconnects = 0;
  const unreleased = new Set<number>();
  const made = new Receipts({
    write: (bytes) => void sent.push(bytes.toString("hex")),
    reconnect: withReconnect ? () => void reconnects++ : undefined,
    unreleased,
  });
  const begin = (id: number, qos: 1 | 2 = 1, settlers = 1) => made.begin(id, qos, settlers) as Receipt;
  return { made, begin, sent, unreleased, reconnects: () => reconnects };
}

test("acknowledgements go out in the order of receipt, PUBACK for QoS 1 and PUBREC for QoS 2", () => {
  const { made, begin, sent } = receipts();
  const [first, second, third] = [begin(1), begin(0x102, 2), begin(3)];
  made.settle(third, "accept");
  made.settle(second, "reject");
  made.flush();
  assert.deepEqual(sent, []);
  made.settle(first, "redeliver");
  made.flush();
  assert.deepEqual(sent, ["40020001" + "50020102" + "40020003"]);
});

test("those of one turn of the event loop go out together", async () => {
  const { made, begin, sent } = receipts();
  for (const receipt of [begin(1), begin(2)]) made.settle(receipt, "accept");
  await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual(sent, ["4002000140020002"]);
});

test("what is to come again is passed over, and asks for a new connection", () => {
  const { made, begin, sent, reconnects } = receipts(true);
  const [first, second] = [begin(1), begin(2)];
  made.settle(first, "redeliver");
  made.settle(second, "reject");
  made.flush();
  assert.deepEqual([sent, reconnects()], [["40020002"], 1]);
});

test("a message of several sources is acknowledged when the last one has settled it, unless one wants it again", () => {
  const { made, begin, sent } = receipts(true);
  const [first, second] = [begin(1, 1, 2), begin(2, 1, 2)];
  made.settle(first, "accept");
  made.flush();
  assert.deepEqual(sent, []);
  made.settle(first, "accept");
  made.settle(second, "redeliver");
  made.settle(second, "accept");
  made.flush();
  assert.deepEqual(sent, ["40020001"]);
});

test("with QoS 2 the same identifier is the same message, until the broker gives it free", () => {
  const { made, begin, sent } = receipts();
  made.settle(begin(7, 2), "accept");
  made.flush();
  assert.isUndefined(made.begin(7, 2, 1));
  made.released(7);
  assert.isDefined(made.begin(7, 2, 1));
  assert.deepEqual(sent, ["50020007", "50020007", "70020007"]);
});

test("once closed, nothing counts any more: not for the next connection of the session either", () => {
  const { made, begin, sent, unreleased } = receipts(true);
  const [first, second, third] = [begin(1, 2), begin(2, 2), begin(3, 2)];
  made.settle(first, "accept");
  made.close();
  made.settle(second, "accept");
  made.settle(third, "redeliver");
  made.flush();
  assert.deepEqual([sent, [...unreleased]], [["50020001"], [1]]);
});
