// `/api/2/connections/**`, for operators: translate, ask, answer; nothing is decided here (connectivity-manage-connections page).

import type { IncomingMessage } from "node:http";
import { TwinError } from "../../../base/errors.ts";
import { internalError } from "../../../base/internal-error.ts";
import { parseFields } from "../../../base/json/fields.ts";
import type { JsonValue } from "../../../base/json/json.ts";
import type { ConnectionsApi } from "../../../connectivity/connections-api.ts";
import { answerHeaders, errorAnswer, methodNotAllowed, notFoundAnswer } from "../answers.ts";
import { checkMediaType, readJson } from "../body.ts";
import { readTarget } from "../uri.ts";
import { doneAnswer, replyAnswer, valueAnswer } from "./answers.ts";
import { type Asked, askedBy, inTime } from "./asked.ts";
import { readCommand, runCommand } from "./command-request.ts";
import { type ConnectionPart, connectionPathOf } from "./connection-path.ts";
import { readNew, readPut, readTest, tooLarge } from "./read-body.ts";

export interface ConnectionParts {
  readonly connections: ConnectionsApi;
  readonly maxRequestBytes: number;
  readonly maxHeaderBytes: number;
  /** Media types that a body may have besides its own. */
  readonly acceptedMediaTypes: readonly string[];
  /** Told of what should not have happened. */
  readonly onFault: (error: unknown, correlationId: string) => void;
}

/** What is done for a request; it reads the request, and gives what is then asked of the connections. */
type Route = (asked: Asked, parts: ConnectionParts) => Ask | Promise<Ask>;
type Ask = () => Response | Promise<Response>;
type Routes = Readonly<Record<string, Route>>;

/** Whoever asks is an operator: that is judged before. */
const auth = { subjects: [] };

/** Answers the request of an operator. */
export async function connectionRequest(
  incoming: IncomingMessage,
  parts: ConnectionParts,
): Promise<Response> {
  let asked: Asked | undefined;
  let isRead = false;
  try {
    const target = readTarget(incoming.url as string);
    const routes = routesOf(target.path);
    if (!routes) return notFoundAnswer();
    const route = routes[incoming.method as string];
    if (!route) return methodNotAllowed(Object.keys(routes));
    asked = askedBy(incoming, target, parts.maxHeaderBytes);
    const ask = await route(asked, parts);
    isRead = true;
    return await inTime(Promise.resolve(ask()), asked.timeoutMs);
  } catch (error) {
    return refusal(error, asked, isRead, parts);
  }
}

/** As in Ditto, what is refused while the request is read tells nothing of its headers. */
function refusal(
  error: unknown,
  asked: Asked | undefined,
  isRead: boolean,
  { onFault }: ConnectionParts,
): Response {
  const told = asked && isRead ? answerHeaders(asked.headers) : {};
  if (error instanceof TwinError) return errorAnswer(error, told);
  onFault(error, String(asked?.headers["correlation-id"] ?? "unknown"));
  return errorAnswer(internalError(), told);
}

function routesOf(path: string): Routes | undefined {
  const about = connectionPathOf(path);
  if (about === undefined) return undefined;
  if (about === "all") return collection;
  const { id, part } = about;
  if (part) return parts[part](id);
  const routes = connection(id);
  return id === MAPPING_TEST ? { ...routes, POST: mappingTest() } : routes;
}

/** May be the ID of a connection as well, to which nothing is posted. */
const MAPPING_TEST = "mapping-test";

const collection: Routes = {
  GET: (asked, { connections }) => {
    const { query } = asked.target;
    const fields = query?.get("fields");
    const idsOnly = query?.get("ids-only");
    const paths = fields ? parseFields(fields) : undefined;
    const isId = paths?.length === 1 && paths[0]?.length === 1 && paths[0][0] === "id";
    const onlyIds = idsOnly ? idsOnly.toLowerCase() === "true" : isId;
    const list = async (): Promise<JsonValue> =>
      onlyIds
        ? (await connections.current()).map(({ connection: { id } }) => id)
        : await connections.list(paths);
    return async () => valueAnswer(asked, await list());
  },
  POST: async (asked, parts) => {
    const body = await jsonOf(asked, parts);
    if (asked.isDryRun) {
      const connection = readTest(body);
      return async () => {
        await parts.connections.test(connection);
        return doneAnswer(asked);
      };
    }
    const connection = readNew(body);
    const { id } = connection;
    const { headers } = asked;
    return async () =>
      replyAnswer(
        asked,
        await parts.connections.execute({ action: "create", id, connection, headers, auth }),
        id,
      );
  },
};

const connection = (id: string): Routes => ({
  GET: (asked, { connections }) => {
    const fields = asked.target.query?.get("fields");
    const selected = fields ? { fields: parseFields(fields) } : {};
    const { headers } = asked;
    return async () => replyAnswer(asked, await connections.retrieve({ id, headers, auth, ...selected }), id);
  },
  PUT: async (asked, parts) => {
    const connection = readPut(await jsonOf(asked, parts), id);
    const { headers } = asked;
    return async () =>
      replyAnswer(
        asked,
        await parts.connections.execute({ action: "put", id, connection, headers, auth }),
        id,
      );
  },
  DELETE:
    (asked, { connections }) =>
    async () =>
      replyAnswer(
        asked,
        await connections.execute({ action: "delete", id, headers: asked.headers, auth }),
        id,
      ),
});

const told =
  (tell: (connections: ConnectionsApi) => Promise<JsonValue>): Route =>
  (asked, { connections }) =>
  async () =>
    valueAnswer(asked, await tell(connections));

/** What is at a connection. */
const parts: Readonly<Record<ConnectionPart, (id: string) => Routes>> = {
  status: (id) => ({ GET: told((connections) => connections.status(id)) }),
  metrics: (id) => ({ GET: told((connections) => connections.metrics(id)) }),
  logs: (id) => ({ GET: told((connections) => connections.logs(id)) }),
  command: (id) => ({
    POST: async (asked, { connections, acceptedMediaTypes }) => {
      const command = await readCommand(asked, acceptedMediaTypes);
      return async () => doneAnswer(asked, await runCommand(connections, id, command, asked.headers));
    },
  }),
  "mapping-test": (id) => ({ POST: mappingTest(id) }),
};

const mappingTest =
  (id?: string): Route =>
  async (asked, parts) => {
    const body = await jsonOf(asked, parts);
    return async () => valueAnswer(asked, await parts.connections.testMapping(body, id));
  };

function jsonOf(
  { incoming }: Asked,
  { acceptedMediaTypes, maxRequestBytes }: ConnectionParts,
): Promise<JsonValue> {
  checkMediaType(incoming.headers["content-type"], acceptedMediaTypes);
  return readJson(incoming, maxRequestBytes, tooLarge(maxRequestBytes));
}
