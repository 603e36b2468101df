// The acknowledgements that a source requests of what comes in (source acknowledgement requests).

import type { JsonValue } from "../../base/json/json.ts";
import type { Values } from "../../base/placeholders/element.ts";
import { jsonText } from "../../base/placeholders/json-text.ts";
import { compileTemplate, type Template } from "../../base/placeholders/template.ts";
import { labelsOfValue } from "../../protocol/requested-acks.ts";
import type { AcknowledgementRequests } from "../model.ts";
import { isConnectionPlaceholder } from "../placeholders/scope.ts";
import { withConnectionId } from "../placeholders/texts.ts";
import { requestedLabels } from "./spoken.ts";

/** Adds to the headers of a message what its source requests. */
export type RequestAcks = (headers: { [name: string]: JsonValue }, values: Values) => void;

const HEADER = "requested-acks";
/** Stands for the header before the filter. */
const REQUESTED = "acks:requested";

/**
 * Compiles the requests of a source. Its labels are added, unless a message explicitly requests none; then the filter decides: what it
 * leaves is requested, and nothing where it leaves nothing.
 */
export function ackRequestsOf(
  requests: AcknowledgementRequests | undefined,
  connectionId: string,
): RequestAcks | undefined {
  if (!requests) return undefined;
  const includes = requests.includes.flatMap((label) => withConnectionId(label, connectionId) ?? []);
  const filter = requests.filter === undefined ? undefined : filterOf(requests.filter);
  return (headers, values) => {
    const isNone = HEADER in headers && requestedLabels(headers).length === 0;
    if (includes.length > 0 && !isNone)
      headers[HEADER] = [...new Set([...requestedLabels(headers), ...includes])];
    filter?.(headers, values);
  };
}

function filterOf(pipeline: string): RequestAcks {
  const ofHeader = compiled(`${REQUESTED} | ${pipeline}`);
  const ofNothing = compiled(pipeline);
  return (headers, values) => {
    const requested = headers[HEADER];
    const given = requested === undefined ? "[]" : jsonText(requested);
    const [left] = ofHeader.resolve((name) => (name === REQUESTED ? [given] : values(name)));
    if (left === undefined) headers[HEADER] = [];
    else if (requested !== undefined) put(headers, left);
    else put(headers, ofNothing.resolve(values)[0]);
  };
}

const compiled = (pipeline: string): Template =>
  compileTemplate(`{{ ${pipeline} }}`, (name) => name === REQUESTED || isConnectionPlaceholder(name));

/** What is no list of labels stays as it is, for others to refuse. */
function put(headers: { [name: string]: JsonValue }, text: string | undefined): void {
  if (text !== undefined) headers[HEADER] = labelsOfValue(text) ?? text;
}
