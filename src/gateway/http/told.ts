// What a refusal tells of the headers of its request. Ditto refuses in three places: while it reads a request (telling
// nothing, or what it has read), and where the entity is (telling all).

import type { TwinError } from "../../base/errors.ts";
import type { Path } from "../../base/json/pointer.ts";
import type { AwaitedAcks } from "../../dispatch/acks/awaited.ts";
import { LIVE_RESPONSE, shownLabels } from "../../dispatch/acks/labels.ts";
import type { Command } from "../../signals/signal.ts";
import { answerHeaders } from "./answers.ts";
import type { HttpRequest } from "./entity-requests.ts";

/** `write`: what the request said, with what Ditto adds to it; `command`: that, and on whose behalf. */
type Extent = "nothing" | "request" | "write" | "command";

type ExtentOf = (request: HttpRequest, error: TwinError) => Extent;

/** Found where the entity is. */
const ofState: ExtentOf = ({ dispatched }) => (dispatched ? "command" : "nothing");
/** Found where the body is read. */
const ofBody: ExtentOf = ({ dispatched, path }) =>
  !dispatched && path && isValue(path) ? "request" : "nothing";

/** Refusals that tell more or less than others, by code. */
const extents: Readonly<Record<string, Extent | ExtentOf>> = {
  "mediatype.unsupported": "request",
  "things:thing.toolarge": "request",
  "things:id.notsettable": "request",
  "things:id.notdeletable": "request",
  "things:policy.conflicting": "request",
  "policies:view.invalid": "request",
  "policies:action.failed": (_, { status }) => (status === 400 ? "request" : "command"),
  "gateway:namespace.notaccessible": "request",
  "command.timeout": "request",
  "rql.expression.invalid": "request",
  "thing-search:search.option.invalid": "request",
  "thing-search:search.namespaces.invalid": "request",
  "thing-search:query.time.exceeded": "request",
  internalerror: "request",
  "json.invalid": ofBody,
  "json.format.invalid": ofBody,
  "header.invalid": ({ dispatched }, { text }) =>
    dispatched && text.invalidHeaderKey === "timeout" ? "write" : "nothing",
  "things:condition.invalid": ofState,
  "things:merge.invalid": (request, error) =>
    request.dispatched?.value === null ? "request" : ofState(request, error),
  "things:policyId.notdeletable": ({ path }) => (path?.length === 0 ? "request" : "nothing"),
  "things:thing.history.notfound": (request, error) =>
    "at-historical-timestamp" in request.headers ? "nothing" : ofState(request, error),
  // What is wrong between the parts of a policy, or with the end of a subject, is found where the policy is.
  "policies:entry.invalid": ({ dispatched }) => {
    const [entries, , part] = dispatched?.path ?? [];
    return entries === "entries" && part === "references" ? "command" : "nothing";
  },
  "policies:label.invalid": ({ dispatched }) => {
    const [entries, , part, subject] = dispatched?.path ?? [];
    return entries === "entries" && part === "subjects" && subject !== undefined ? "command" : "nothing";
  },
};

function extentOf(error: TwinError, request: HttpRequest): Extent {
  const extent = Object.hasOwn(extents, error.code) ? extents[error.code] : undefined;
  if (typeof extent === "function") return extent(request, error);
  return extent ?? (request.dispatched && error.status !== 400 ? "command" : "nothing");
}

/** Whether a path leads to a single value, whose JSON Ditto reads with the headers at hand. */
const isValue = ([first, ...rest]: Path): boolean =>
  first === "definition" ||
  (first === "attributes" && rest.length > 0) ||
  (first === "features" && rest.length > 2);

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
  const asked = (headers["requested-acks"] ?? []) as readonly string[];
  const shown = awaited ? awaited.shown : shownLabels(asked.filter((label) => label !== LIVE_RESPONSE));
  if (shown) told["requested-acks"] = JSON.stringify(shown);
}
