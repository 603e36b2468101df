import { expect, test } from "vitest";
import { localDeclaredAcks } from "../../src/pubsub/declared-acks.ts";
import { codeOf } from "../support/things.ts";

test("labels are declared all or none, each by one only", () => {
  const declared = localDeclaredAcks();
  declared.declare(["my-ack", "my-ack", "other:ack"]);

  expect(codeOf(() => declared.declare(["third", "other:ack"]))).toBe("acknowledgement:label.not.unique");
  expect(["my-ack", "other:ack", "third"].map(declared.isDeclared)).toEqual([true, true, false]);
});

test("labels are given back once: then they may be those of others", () => {
  const declared = localDeclaredAcks();
  const giveBack = declared.declare(["my-ack"]);
  giveBack();
  expect(declared.isDeclared("my-ack")).toBe(false);
  declared.declare(["my-ack"]);

  giveBack();

  expect(declared.isDeclared("my-ack")).toBe(true);
});
