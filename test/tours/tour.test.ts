import { describe, expect, test } from "vitest";
import { follow, stepsOf } from "./tour.ts";

const block = (info: string, text: string) => `\`\`\`${info}\n${text}\n\`\`\`\n`;

describe("the steps of a page", () => {
  test("are its commands with the answers behind them, but those that start servers and what is only shown", () => {
    const page = [
      block("sh start", "npm start"),
      block("sh", "echo one"),
      block("json", "{}"),
      block("sh", "echo two"),
      block("answer", "two"),
    ].join("\ntext\n");

    expect(stepsOf(page)).toEqual([
      { commands: "echo one\n", answer: undefined },
      { commands: "echo two\n", answer: "two" },
    ]);
  });

  test("are taken with other addresses, in one folder", async () => {
    const page =
      block("sh", "echo http://127.0.0.1:8080 > kept.txt") +
      block("sh", "cat kept.txt") +
      block("answer", "http://elsewhere");

    await follow(page, { "127.0.0.1:8080": "elsewhere" });
  });

  test("fail where a command does", async () => {
    await expect(follow(block("sh", "false; echo after"), {})).rejects.toThrow("Command failed");
  });

  test("fail where a command does not print what the page says", async () => {
    await expect(follow(block("sh", "echo one") + block("answer", "two"), {}, 300)).rejects.toThrow(
      "not 'two' but 'one",
    );
  });
});
