// Answers on their way to the reply target of the source that the question came by, or to another connection.

import type { Answer } from "../../conversation/answer.ts";
import type { Request } from "../inbound/request.ts";
import type { Mappings } from "../mapping/mappings.ts";
import type { Connection, ResponseType } from "../model.ts";
import type { About, Monitor } from "../monitoring/monitor.ts";
import { reasonText } from "../monitoring/reason.ts";
import { answerValues } from "../placeholders/outgoing.ts";
import { headerTextsOf, textOf } from "../placeholders/texts.ts";
import { diversionConfig, divertsType } from "./diversion.ts";
import { mapOutgoing } from "./map-outgoing.ts";
import { printedMessage } from "./outgoing.ts";
import type { Publish } from "./outlet.ts";
import type { Pace } from "./pace.ts";
import { type Goal, send } from "./send.ts";
import { targetSteps, type UsedTarget } from "./target.ts";

/** An answer that goes to another connection. */
export interface Diverted {
  readonly from: string;
  readonly request: Request;
  readonly answer: Answer;
}

/** Passes an answer on to the connection with this ID; gives false where there is none that takes it. */
export type Divert = (to: string, diverted: Diverted) => boolean;

export interface ReplyParts {
  readonly connection: Connection;
  readonly mappings: Pick<Mappings, "outgoing">;
  readonly targets: readonly UsedTarget[];
  readonly monitor: Monitor;
  readonly publish: Publish;
  /** When an answer is mapped and published; absent, at once. */
  readonly pace?: Pace;
  readonly divert: Divert;
  /** Told of what should not have happened. */
  readonly onFault: (error: unknown, correlationId: string) => void;
}

export interface Replies {
  /** Takes the answer to a message that came in. Never throws. */
  answer(request: Request, answer: Answer): void;
  /** Takes an answer that another connection diverts to this one. */
  diverted(diverted: Diverted): void;
  /** Publishes what is no answer to one message, as a page of a search, where the answers of a source go. */
  tell(source: number, text: string): void;
}

/** Compiles the reply targets of a connection. Throws a plain error on what cannot be read. */
export function repliesOf({
  connection,
  mappings,
  targets,
  monitor,
  publish,
  pace,
  divert,
  onFault,
}: ReplyParts): Replies {
  const { id: connectionId } = connection;
  const steps = targetSteps((step) => monitor.response(step));
  const config = diversionConfig(connection);
  const goals = connection.sources.map(({ replyTarget }) =>
    replyTarget?.enabled ? replyGoal(replyTarget, steps) : undefined,
  );
  const expected = connection.sources.map(
    ({ replyTarget }) => new Set(replyTarget?.enabled ? replyTarget.expectedResponseTypes : []),
  );

  function publishAnswer(
    goal: Goal | undefined,
    mappers: readonly string[],
    request: Request,
    text: () => string,
    about: About,
    isServers = false,
  ): void {
    const message = printedMessage(text, request.headers);
    const { spoken } = request;
    const thingId = spoken?.kind === "thing" ? spoken.id : undefined;
    const values = answerValues(connectionId, message.json, { ...request, thingId, isServers });
    const key = spoken?.id ?? connectionId;
    const work = () => {
      try {
        for (const one of mapOutgoing(mappings, mappers, message, values, about, steps))
          if (goal) void send(goal, key, one, values, about, publish);
      } catch (error) {
        onFault(error, about.correlationId ?? "unknown");
      }
    };
    if (pace) pace.take(work, (failure) => steps.dropped.failure(about, () => reasonText(failure)));
    else work();
  }

  /** Whether the answer goes to another connection instead. */
  function isDiverted(request: Request, answer: Answer, type: ResponseType): boolean {
    const { divertTo, divertTypes } = request;
    if (!config.isSource && !config.isTarget) return false;
    if (divertTo === undefined || divertTo === connectionId || !divertsType(divertTypes, type)) return false;
    return divert(divertTo, { from: connectionId, request, answer }) && !config.preserves;
  }

  return {
    answer(request, answer) {
      const about = aboutOf(request);
      const type = typeOf(answer);
      if (answer.status >= 200 && answer.status < 300) steps.dispatched.success(about);
      else steps.dispatched.failure(about, () => failureText(answer));
      if (!expected[request.source]?.has(type)) {
        steps.dropped.success(about, () => `The source does not expect answers of the type '${type}'.`);
        return;
      }
      if (isDiverted(request, answer, type)) return;
      const mappers = request.mapper === undefined ? [] : [request.mapper];
      publishAnswer(goals[request.source], mappers, request, () => answer.text(), about, !answer.isLive);
    },

    diverted({ from, request, answer }) {
      if (!config.authorized.has(from)) return;
      const target = targets.length === 1 ? targets[0] : targets[request.source];
      if (!target) return;
      publishAnswer(
        target.goal,
        target.target.payloadMapping,
        request,
        () => textFrom(answer, from),
        aboutOf(request),
      );
    },

    tell(source, text) {
      const goal = goals[source];
      if (!goal) return;
      const request = { source, mapper: undefined, headers: {}, subjects: [] };
      const [mapper] = connection.sources[source]?.payloadMapping ?? [];
      publishAnswer(goal, mapper === undefined ? [] : [mapper], request, () => text, {});
    },
  };
}

const replyGoal = (
  { address, headerMapping }: NonNullable<Connection["sources"][number]["replyTarget"]>,
  { published, dropped }: Pick<Goal, "published" | "dropped">,
): Goal => ({
  address: textOf(address),
  qos: undefined,
  headerMapping: headerTextsOf(headerMapping),
  ...{ published, dropped },
});

/** What kind of answer it is to those who choose among them: acknowledgements of which one failed are negative. */
export function typeOf({ type, status, statuses }: Answer): ResponseType {
  if (type !== "acknowledgement") return type;
  const all = statuses && statuses.length > 0 ? statuses : [status];
  return all.every((one) => one >= 200 && one < 300) ? "response" : "nack";
}

function aboutOf({ headers, spoken }: Request): About {
  const correlationId = headers["correlation-id"];
  return {
    correlationId: typeof correlationId === "string" ? correlationId : undefined,
    ...(spoken && { entityType: spoken.kind, entityId: spoken.id }),
  };
}

/** The answer with the header that says where it comes from. */
function textFrom(answer: Answer, from: string): string {
  const message = printedMessage(() => answer.text()).json();
  const headers = { ...(message.headers as object), "diverted-response-from-connection": from };
  return JSON.stringify({ ...message, headers });
}

/** Says which error an answer tells; of acknowledgements there may be several. */
function failureText({ status, type, text }: Answer): string {
  if (type !== "error") return `The answer has the status ${status}.`;
  const { value } = printedMessage(text).json();
  return `The answer has the status ${status}: ${JSON.stringify(value)}`;
}
