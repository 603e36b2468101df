// What a refusal tells of the headers of its request. Ditto refuses in three places: while it reads a request (telling
// nothing, or what it has read), and where the entity is (telling all).

import type { TwinError } from "../../base/errors.ts";
import type { Path } from "../../base/json/pointer.ts";
import type { AwaitedAcks } from "../../dispatch/acks/awaited.ts";
import { LIVE_RESPONSE, shownLabels } from "../../dispatch/acks/labels.ts";
import type { Message } from "../../signals/live.ts";
import type { Command } from "../../signals/signal.ts";
import { answerHeaders } from "./answers.ts";
import { CONDITION_MATCHED } from "./condition-matched.ts";
import type { HttpRequest } from "./entity-requests.ts";

/** `write`: what the request said, with what Ditto adds to it; `command`: that, and on whose behalf. */
type Extent = "nothing" | "request" | "write" | "command";

type ExtentOf = (request: HttpRequest, error: TwinError) => Extent;

/** Found where the entity is. */
const ofState: ExtentOf = ({ dispatched }) => (dispatched ? "command" : "nothing");
/** Found where the body is read. */
const ofBody: ExtentOf = ({ dispatched, path }) =>
  !dispatched && path && isValue(path) ? "request" : "nothing";

const commandOf = ({ dispatched }: HttpRequest): Command | undefined =>
  dispatched && "path" in dispatched ? dispatched : undefined;

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
  "messages:payload.toolarge": "request",
  "things:thing.notcreatable": ({ dispatched }, { status }) => {
    if (status === 405) return "request"; // told of the method alone
    return dispatched && status !== 400 ? "command" : "nothing";
  },
  "cloudevent.unparsable": "request",
  "cloudevent.payload.missing": "request",
  "cloudevent.dataschema.unsupported": "request",
  "json.invalid": ofBody,
  "json.format.invalid": ofBody,
  "header.invalid": ({ dispatched }, { text }) =>
    dispatched && text.invalidHeaderKey === "timeout" ? "write" : "nothing",
  "things:condition.invalid": ofState,
  "things:merge.invalid": (request, error) =>
    commandOf(request)?.value === null ? "request" : ofState(request, error),
  "things:policyId.notdeletable": ({ path }) => (path?.length === 0 ? "request" : "nothing"),
  "things:thing.history.notfound": (request, error) =>
    "at-historical-timestamp" in request.headers ? "nothing" : ofState(request, error),
  // What is wrong between the parts of a policy, or with the end of a subject, is found where the policy is.
  "policies:entry.invalid": (request) => {
    const [entries, , part] = commandOf(request)?.path ?? [];
    return entries === "entries" && part === "references" ? "command" : "nothing";
  },
  "policies:label.invalid": (request) => {
    const [entries, , part, subject] = commandOf(request)?.path ?? [];
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
  if (error.code === "command.timeout")
    return { ...told, ...askedDevice(request), "response-required": "false" };
  if (extent === "request") return told;
  if (request.dispatched) addWishes(told, request.dispatched, request.awaited);
  return extent === "write" ? told : { ...told, "ditto-originator": request.auth.subjects[0] as string };
}

/** What is told where a condition chose the device, which did not answer. */
const askedDevice = ({ headers }: HttpRequest): Readonly<Record<string, string>> =>
  headers["live-channel-condition"] === undefined ? {} : { channel: "live", [CONDITION_MATCHED]: "true" };

/** What Ditto adds to what can be acknowledged: whether somebody waits, and for which acknowledgements. */
function addWishes(
  told: Record<string, string>,
  dispatched: Command | Message,
  awaited: AwaitedAcks | undefined,
): void {
  if (!isAcknowledged(dispatched)) return;
  const { headers } = dispatched;
  told["response-required"] = String(awaited?.responseRequired ?? headers["response-required"] ?? false);
  const asked = (headers["requested-acks"] ?? []) as readonly string[];
  const shown = awaited ? awaited.shown : shownLabels(asked.filter((label) => label !== LIVE_RESPONSE));
  if (shown) told["requested-acks"] = JSON.stringify(shown);
}

/** All on the live channel, and what changes a twin. */
const isAcknowledged = (dispatched: Command | Message): boolean =>
  !("path" in dispatched) ||
  (dispatched.kind === "thing" &&
    (dispatched.action !== "retrieve" || dispatched.headers.channel === "live"));
