// What is settled before a request is looked at: its URI, HTTPS, and which origins may ask.

import type { IncomingMessage } from "node:http";
import type { RE2JS } from "re2js";
import { textAnswer } from "./answers.ts";
import { addressOf, authorityOf, pathOf, schemeOf, withoutAuthority } from "./uri.ts";

export interface EntranceSettings {
  readonly enableCors: boolean;
  /** The only origins that may ask; absent: all. */
  readonly corsOrigins: readonly string[] | undefined;
  readonly forceHttps: boolean;
  readonly redirectToHttps: boolean;
  readonly redirectToHttpsBlocklist: RE2JS;
}

type Answered = Response | Promise<Response>;

/** Answers a request that goes no further; lets others in, and adds to their answers what the browser must know. */
export type Entrance = (incoming: IncomingMessage, within: () => Answered) => Answered;

const MAX_URI_LENGTH = 8_192;
const malformedEscape = /%(?![\da-f]{2})/i;
const METHODS = "OPTIONS, GET, PUT, PATCH, POST, HEAD, DELETE";

/** Makes the entrance that the settings ask for. */
export function entrance(settings: EntranceSettings): Entrance {
  return (incoming, within) => {
    const refused = judgeTarget(incoming) ?? ensureHttps(settings, incoming);
    if (refused) return refused;
    return settings.enableCors ? cors(settings, incoming, within) : within();
  };
}

/** Refuses a URI that is too long, whose query is malformed, or that is of another host than the request. */
function judgeTarget({ url = "", headers: { host } }: IncomingMessage): Response | undefined {
  if (url.length > MAX_URI_LENGTH) {
    return textAnswer(414, `The URI is longer than the ${MAX_URI_LENGTH} characters allowed.`);
  }
  const mark = url.indexOf("?"); // the path is judged where it is read
  if (mark >= 0 && malformedEscape.test(url.slice(mark)))
    return textAnswer(400, "The query of the URI holds '%' without two hex digits.");
  const authority = authorityOf(url);
  return authority === undefined || authority.toLowerCase() === host?.toLowerCase()
    ? undefined
    : textAnswer(400, "The URI is of another host than the header 'Host' says.");
}

/** The answer to a request that came by plain HTTP, where HTTPS is a must. */
export function ensureHttps(settings: EntranceSettings, incoming: IncomingMessage): Response | undefined {
  if (!settings.forceHttps || schemeOf(incoming.headers) === "https") return undefined;
  const url = incoming.url as string;
  const address = addressOf(incoming.headers);
  if (!settings.redirectToHttps || address === "" || settings.redirectToHttpsBlocklist.matches(pathOf(url))) {
    return textAnswer(404, "This server is to be reached by HTTPS only.");
  }
  const location = `https://${address}${withoutAuthority(url)}`;
  return textAnswer(301, `This resource is at ${location}`, { location });
}

/** Lets pages of an origin read the answer; a preflight is answered at once. */
function cors(settings: EntranceSettings, incoming: IncomingMessage, within: () => Answered): Answered {
  const added = corsHeaders(settings, incoming);
  const isPreflight = incoming.method === "OPTIONS" && "access-control-allow-origin" in added;
  const answered = isPreflight ? new Response(null, { status: 200 }) : within();
  return answered instanceof Promise
    ? answered.then((response) => withHeaders(response, added))
    : withHeaders(answered, added);
}

function corsHeaders({ corsOrigins }: EntranceSettings, { headers }: IncomingMessage) {
  const { origin, "access-control-request-headers": wanted } = headers;
  const vary = { vary: "origin" };
  if (corsOrigins && !(origin !== undefined && corsOrigins.includes(origin))) return vary;
  return {
    ...vary,
    "access-control-allow-origin": origin ?? "*",
    "access-control-allow-methods": METHODS,
    ...(wanted !== undefined && { "access-control-allow-headers": wanted }),
  };
}

function withHeaders(response: Response, added: Readonly<Record<string, string>>): Response {
  for (const name of Object.keys(added)) response.headers.append(name, added[name] as string);
  return response;
}
