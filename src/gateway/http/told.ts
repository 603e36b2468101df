// What a refusal tells of the headers of its request. Ditto refuses in three places: while it reads a request (telling
// nothing, or what it has read), and where the entity is (telling all).

import type { TwinError } from "../../base/errors.ts";
import type { JsonValue } from "../../base/json/json.ts";
import type { Path } from "../../base/json/pointer.ts";
import type { AwaitedAcks } from "../../dispatch/acks/awaited.ts";
import { LIVE_RESPONSE, labelsOfText, shownLabels } from "../../dispatch/acks/labels.ts";
import type { Command } from "../../signals/signal.ts";
import { answerHeaders } from "./answers.ts";
import type { HttpRequest } from "./entity-requests.ts";

/** `write`: what the request said, with what Ditto adds to it; `command`: that, and on whose behalf. */
type Extent = "nothing" | "request" | "write" | "command";

/** Refusals of a request for what it is, by code; they tell the headers as far as they are read. */
const ofRequest: ReadonlySet<string> = new Set([
  "mediatype.unsupported",
  "things:thing.toolarge",
  "things:id.notsettable",
  "things:id.notdeletable",
  "things:policy.conflicting",
  "policies:view.invalid",
  "command.timeout",
  "internalerror",
]);

/** Refusals with 400 that need the state of the entity. */
const ofState: ReadonlySet<string> = new Set(["things:condition.invalid", "things:merge.invalid"]);

/** The headers that the answer to a refused request tells. */
export function toldOf(error: TwinError, request: HttpRequest): Record<string, string> {
  const extent = extentOf(error, request);
  if (extent === "nothing") return {};
  const told = answerHeaders(request.headers);
  if (error.code === "command.timeout") return { ...told, "response-required": "false" };
  if (extent === "request") return told;
  if (request.dispatched) addWishes(told, request.dispatched, request.awaited);
  return extent === "write" ? told : { ...told, "ditto-originator": request.auth.subjects[0] as string };
}

/** What Ditto adds to a command that writes a thing: whether somebody waits, and for which acknowledgements. */
function addWishes(told: Record<string, string>, command: Command, awaited: AwaitedAcks | undefined): void {
  const { kind, action, headers } = command;
  if (kind !== "thing" || action === "retrieve") return;
  told["response-required"] = String(awaited?.responseRequired ?? headers["response-required"] ?? false);
  const shown = awaited ? awaited.shown : shownLabels(labelsOf(headers["requested-acks"]));
  if (shown) told["requested-acks"] = JSON.stringify(shown);
}

const labelsOf = (asked: JsonValue | undefined): readonly string[] =>
  asked === undefined ? [] : labelsOfText(String(asked)).filter((label) => label !== LIVE_RESPONSE);

function extentOf(error: TwinError, { dispatched, path, headers }: HttpRequest): Extent {
  if (error.code === "things:merge.invalid" && dispatched?.value === null) return "request";
  if (error.code === "things:policyId.notdeletable") return path?.length === 0 ? "request" : "nothing";
  if (error.code === "json.invalid" || error.code === "json.format.invalid") {
    return !dispatched && path && isValue(path) ? "request" : "nothing";
  }
  if (ofRequest.has(error.code)) return "request";
  if (!dispatched) return "nothing";
  if (error.code === "header.invalid" && error.text.invalidHeaderKey === "timeout") return "write";
  if (error.status === 400)
    return ofState.has(error.code) || isOfPolicy(error, dispatched.path) ? "command" : "nothing";
  const isOfThePast = error.code === "things:thing.history.notfound" && "at-historical-timestamp" in headers;
  return isOfThePast ? "nothing" : "command";
}

/** Whether a path leads to a single value, whose JSON Ditto reads with the headers at hand. */
const isValue = ([first, ...rest]: Path): boolean =>
  first === "definition" ||
  (first === "attributes" && rest.length > 0) ||
  (first === "features" && rest.length > 2);

/** What is wrong between the parts of a policy, or with the end of a subject, is found where the policy is. */
const isOfPolicy = ({ code }: TwinError, [entries, , part, ...rest]: Path): boolean =>
  entries === "entries" &&
  ((code === "policies:entry.invalid" && part === "references") ||
    (code === "policies:label.invalid" && part === "subjects" && rest.length > 0));
