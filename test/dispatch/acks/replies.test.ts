import { expect, test, vi } from "vitest";
import { conflictFree, withCorrelationId } from "../../../src/dispatch/acks/conflict-free.ts";
import { repliesRegistry } from "../../../src/dispatch/acks/replies-registry.ts";
import type { LiveAnswer } from "../../../src/signals/live.ts";
import { codeOf } from "../../support/things.ts";
import { command } from "./asked.ts";

const ack = { label: "my-ack", status: 200, headers: {} };
const answer = (id: string, headers: LiveAnswer["headers"]): LiveAnswer => ({
  says: "live-error",
  id,
  headers,
  auth: { subjects: ["nginx:device"] },
  status: 404,
  error: {},
});

test("replies reach who expects them by thing and correlation ID, until they are expected no more", () => {
  const replies = repliesRegistry();
  const [onAck, onAnswer] = [vi.fn(), vi.fn()];
  const end = replies.expect("org.acme:a", "c", { onAck, onAnswer });
  const given = answer("org.acme:a", { "correlation-id": "c" });

  expect(replies.ack("org.acme:a", "c", ack, 7)).toBe(true);
  expect(replies.answer(given)).toBe(true);
  expect(replies.ack("org.acme:b", "c", ack)).toBe(false);
  expect(replies.ack("org.acme:a", "d", ack)).toBe(false);
  expect(replies.answer(answer("org.acme:b", { "correlation-id": "c" }))).toBe(false);
  expect(replies.answer(answer("org.acme:a", { "correlation-id": 7 }))).toBe(false);
  end();
  expect(replies.ack("org.acme:a", "c", ack)).toBe(false);

  expect(onAck.mock.calls).toEqual([[ack, 7]]);
  expect(onAnswer.mock.calls).toEqual([[given]]);
  expect(replies.size).toBe(0);
});

test("who expects acknowledgements only is given no answers", () => {
  const replies = repliesRegistry();
  replies.expect("org.acme:a", "c", { onAck: () => undefined });

  expect(replies.answer(answer("org.acme:a", { "correlation-id": "c" }))).toBe(false);
});

test("two cannot expect the same replies, and an end that comes again does not end those of another", () => {
  const replies = repliesRegistry();
  const onAck = vi.fn();
  const end = replies.expect("org.acme:a", "c", { onAck: () => undefined });
  expect(codeOf(() => replies.expect("org.acme:a", "c", { onAck }))).toBe(
    "acknowledgement:request.duplicate.correlation-id",
  );
  end();
  replies.expect("org.acme:a", "c", { onAck });
  end();

  expect(replies.ack("org.acme:a", "c", ack)).toBe(true);
  expect(onAck).toHaveBeenCalledOnce();
});

test("a correlation ID that is in use gets a number, and after many of them something unique", () => {
  const replies = repliesRegistry();
  const taken: string[] = [];
  for (let i = 0; i < 13; i++) {
    const id = conflictFree(replies, "org.acme:a", "c");
    replies.expect("org.acme:a", id, { onAck: () => undefined });
    taken.push(id);
  }

  expect(taken.slice(0, 3)).toEqual(["c", "c#0", "c#1"]);
  expect(new Set(taken).size).toBe(13);
  expect(taken.every((id) => /^c(#|$)/.test(id))).toBe(true);
  expect(conflictFree(replies, "org.acme:b", "c")).toBe("c");
});

test("a command is told by another correlation ID only where it has another one", () => {
  const said = command({ "correlation-id": "c", mine: "x" });

  expect(withCorrelationId(said, "c")).toBe(said);
  expect(withCorrelationId(said, "c#0")).toEqual({
    ...said,
    headers: { "correlation-id": "c#0", mine: "x" },
  });
});
