// What is settled before a request is looked at: the length of its URI, HTTPS, and which origins may ask.

import type { IncomingMessage, ServerResponse } from "node:http";
import type { RE2JS } from "re2js";
import { textAnswer } from "./answers.ts";
import { addressOf, schemeOf } from "./uri.ts";

export interface EntranceSettings {
  readonly enableCors: boolean;
  /** The only origins that may ask; absent: all. */
  readonly corsOrigins: readonly string[] | undefined;
  readonly forceHttps: boolean;
  readonly redirectToHttps: boolean;
  readonly redirectToHttpsBlocklist: RE2JS;
}

/** Gives the answer to a request that goes no further; may set headers of the answer to one that does. */
export type Entrance = (
  incoming: IncomingMessage,
  outgoing: Pick<ServerResponse, "setHeader">,
) => Response | undefined;

const MAX_URI_LENGTH = 8_192;
const malformedEscape = /%(?![\da-f]{2})/i;
const METHODS = "OPTIONS, GET, PUT, PATCH, POST, HEAD, DELETE";

/** Makes the entrance that the settings ask for. */
export function entrance(settings: EntranceSettings): Entrance {
  return (incoming, outgoing) => {
    const url = incoming.url as string;
    if (url.length > MAX_URI_LENGTH) {
      return textAnswer(414, `The URI is longer than the ${MAX_URI_LENGTH} characters allowed.`);
    }
    const mark = url.indexOf("?"); // the path is judged where it is read
    if (mark >= 0 && malformedEscape.test(url.slice(mark)))
      return textAnswer(400, "The query of the URI holds '%' without two hex digits.");
    return (
      ensureHttps(settings, incoming) ??
      (settings.enableCors ? cors(settings, incoming, outgoing) : undefined)
    );
  };
}

/** The answer to a request that came by plain HTTP, where HTTPS is a must. */
export function ensureHttps(settings: EntranceSettings, incoming: IncomingMessage): Response | undefined {
  if (!settings.forceHttps || schemeOf(incoming.headers) === "https") return undefined;
  const url = incoming.url as string;
  const path = url.split("?", 1)[0] as string;
  if (!settings.redirectToHttps || settings.redirectToHttpsBlocklist.matches(path)) {
    return textAnswer(404, "This server is to be reached by HTTPS only.");
  }
  const location = `https://${addressOf(incoming.headers)}${url}`;
  return textAnswer(301, `This resource is at ${location}`, { location });
}

/** Lets pages of an origin read the answer; a preflight is answered at once. */
function cors(
  { corsOrigins }: EntranceSettings,
  { method, headers }: IncomingMessage,
  outgoing: Pick<ServerResponse, "setHeader">,
): Response | undefined {
  const { origin, "access-control-request-headers": wanted } = headers;
  if (corsOrigins && !(origin !== undefined && corsOrigins.includes(origin))) return undefined;
  outgoing.setHeader("access-control-allow-origin", origin ?? "*");
  outgoing.setHeader("access-control-allow-methods", METHODS);
  if (wanted !== undefined) outgoing.setHeader("access-control-allow-headers", wanted);
  return method === "OPTIONS" ? new Response(null, { status: 200 }) : undefined;
}
