import { expect, test } from "vitest";
import { readConfig } from "../../src/ops/config.ts";
import { problemsOf } from "./problems.ts";

const PUBLISHER = "CONNECTIVITY_LOGGER_PUBLISHER";

test("without settings no logs of connections are published, and a receiver would be where Ditto looks for it", () => {
  expect(readConfig({}, [])).toMatchObject({
    ...{ logPublisherEnabled: false, logPublisherHost: "localhost", logPublisherPort: 24_224 },
    ...{ logPublisherLevels: new Set(["success", "failure"]), logPublisherTag: undefined },
    ...{ logPublisherContext: {}, logPublisherMaxBufferSize: 67_108_864, logPublisherFlushOnClose: 5_000 },
  });
});

test("an operator chooses levels, and what is added to every entry", () => {
  const config = readConfig(
    {
      [`${PUBLISHER}_LOG_LEVELS`]: " failure ",
      [`${PUBLISHER}_ADDITIONAL_LOG_CONTEXT`]: '{"site":"Berlin","line":7}',
    },
    ["-Dditto.connectivity.monitoring.logger.publisher.additional-log-context.stage=test"],
  );

  expect(config.logPublisherLevels).toEqual(new Set(["failure"]));
  expect(config.logPublisherContext).toEqual({ site: "Berlin", line: 7, stage: "test" });
});

test("errors that an operator indicates are a list of names and patterns, also as Ditto's properties", () => {
  const path = "-Dditto.connectivity.user-indicated-errors-extended.0";
  const { connectionUserIndicatedErrors } = readConfig({}, [
    `${path}.exceptionName=ECONNRESET`,
    `${path}.messagePattern=.*`,
  ]);

  expect(connectionUserIndicatedErrors).toHaveLength(1);
  expect(connectionUserIndicatedErrors[0]?.names("Error", "ECONNRESET")).toBe(true);
});

test.each<[what: string, env: Record<string, string>, problem: RegExp]>([
  ["a level that there is not", { [`${PUBLISHER}_LOG_LEVELS`]: "success,debug" }, /success or failure/],
  ["a context that is a list", { [`${PUBLISHER}_ADDITIONAL_LOG_CONTEXT`]: "[]" }, /an object/],
  [
    "a context with objects in it",
    { [`${PUBLISHER}_ADDITIONAL_LOG_CONTEXT`]: '{"a":{}}' },
    /texts, numbers and booleans/,
  ],
  ["indicated errors that are no list", { USER_INDICATED_ERRORS: "{}" }, /a list/],
  [
    "an indicated error without a name",
    { USER_INDICATED_ERRORS: '[{"messagePattern":".*"}]' },
    /exceptionName/,
  ],
  [
    "a pattern that is none",
    { USER_INDICATED_ERRORS: '[{"exceptionName":"*","messagePattern":"("}]' },
    /regular expressions/,
  ],
])("%s stops the start", (_what, env, problem) => {
  const problems = problemsOf(env);

  expect(problems).toHaveLength(1);
  expect(problems[0]).toMatch(problem);
});
