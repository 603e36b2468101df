import { assert, test } from "vitest";
import { topicMatcher } from "../../../src/connectivity/connectors/mqtt/topics.ts";

// The examples of MQTT 5, section 4.7, and more.
test.each([
  ["sport/tennis/player1/#", "sport/tennis/player1", true],
  ["sport/tennis/player1/#", "sport/tennis/player1/ranking", true],
  ["sport/tennis/player1/#", "sport/tennis/player12", false],
  ["sport/#", "sport", true],
  ["#", "sport/tennis", true],
  ["#", "$SYS/broker", false],
  ["+/broker", "$SYS/broker", false],
  ["$SYS/#", "$SYS/broker", true],
  ["sport/tennis/+", "sport/tennis/player1", true],
  ["sport/tennis/+", "sport/tennis/player1/ranking", false],
  ["sport/+", "sport", false],
  ["sport/+", "sport/", true],
  ["+", "/finance", false],
  ["+/+", "/finance", true],
  ["/+", "/finance", true],
  ["a/b", "a/b", true],
  ["a/b", "a/bc", false],
  ["+/b", "a/bc", false],
  ["a/+/c", "a//c", true],
  ["+/#", "", true],
  ["$share/group/a/+", "a/b", true],
  ["$share/group/a", "b", false],
] as const)("'%s' and '%s': %s", (filter, topic, expected) => {
  assert.equal(topicMatcher(filter)(topic), expected);
});
