// Messages to and from things and features, and CloudEvents.

import { messageAnswer, shared } from "./answers.ts";
import type { Content, Operation, Parameter, PathItem } from "./openapi.ts";
import { parameter, parametersOf } from "./parameters.ts";

const anything: Content = { "*/*": { schema: {} } };

/** How long the answer to a claim message is waited for. */
export const claimParameters: Readonly<Record<string, Parameter>> = {
  claim_timeout: {
    name: "timeout",
    in: "query",
    description:
      "How long to wait for an answer: seconds, or a number with the unit ms, s or m, up to ten minutes. 0 waits for nothing.",
    schema: {
      type: "string",
      pattern: "^0*(?:(?:[1-5]?[0-9]{1,2}|600)s?|[1-5]?[0-9]{1,5}ms|600000ms|(?:[0-9]|10)m)$",
      examples: ["1m"],
    },
  },
};

const waiting = ["correlation-id", "requested-acks", "response-required"];

function sending(operationId: string, summary: string, parameters: readonly string[]): Operation {
  return {
    operationId,
    summary,
    description:
      "The answer is that of the first who answers: status, content type and body are his. Without an answer in time " +
      "it is 408; who waits for none gets 202. A subject may hold slashes. GET with 'Accept: text/event-stream' streams the messages.",
    tags: ["Messages"],
    parameters: parameters.map(parameter),
    requestBody: { required: false, content: anything },
    responses: {
      200: messageAnswer,
      ...shared(202, 400, 401, 403, 404, 408, 409, 412, 413, 414, 424, 429, 431, 503),
      default: messageAnswer,
    },
  };
}

const boxes = [
  ["inbox", "ToThing", "Send a message to a thing", ""],
  ["outbox", "FromThing", "Send a message from a thing", ""],
  ["inbox", "ToFeature", "Send a message to a feature", "/features/{featureId}"],
  ["outbox", "FromFeature", "Send a message from a feature", "/features/{featureId}"],
] as const;

const boxPaths = Object.fromEntries(
  boxes.map(([box, name, summary, owner]): [string, PathItem] => {
    const path = `/api/2/things/{thingId}${owner}/${box}/messages/{messageSubject}`;
    const post = sending(`postMessage${name}`, summary, [...waiting, "timeout", "condition"]);
    return [path, { parameters: parametersOf(path), post }];
  }),
);

export const messagePaths: Readonly<Record<string, PathItem>> = {
  ...boxPaths,
  "/api/2/things/{thingId}/inbox/claim": {
    parameters: [parameter("thingId")],
    post: sending("postClaim", "Ask a thing for access to it", [...waiting, "claim_timeout", "condition"]),
  },
};
