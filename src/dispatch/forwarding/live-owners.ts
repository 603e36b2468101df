// Live signals go to the owners of their things, who judge them and publish them; only the waiting stays where the door is.

import { namespaceOf } from "../../base/ids.ts";
import { isObject, type JsonValue } from "../../base/json/json.ts";
import { parseStored } from "../../base/json/parse.ts";
import type { Enforcer } from "../../policies/enforcer.ts";
import { liveAnswerOfJson, liveJson } from "../../protocol/wire-signals.ts";
import type { LiveAnswer, LiveSignal } from "../../signals/live.ts";
import type { Origins } from "../../signals/origins.ts";
import type { AuthContext } from "../../signals/signal.ts";
import { viewOfAnswer } from "../live/answer-view.ts";
import { answerersOf, type MayAnswer } from "../live/answerers.ts";
import { isAnswered } from "../live/live.ts";
import type { LiveOwners } from "../live/live-dispatch.ts";
import { type PublishParts, publishHere } from "../live/publish.ts";
import { orUnavailable, type Parts } from "../ready.ts";
import type { Turns } from "../turns.ts";
import type { Owners } from "./owners.ts";
import { liveCodec, type Sent } from "./wire-command.ts";

/** An answer, and those who asked. */
interface Asked {
  readonly subjects: readonly string[];
  readonly answer: LiveAnswer;
}

const nobody: MayAnswer = () => false;

/** `turns` are those of the dispatcher of this member. */
export function liveOwners(owners: Owners, origins: Origins, parts: PublishParts, turns: Turns): LiveOwners {
  const { rules } = parts.things;

  /** What comes of it is the ID of the policy that it is published with. */
  const publishing = owners.handle<Sent<LiveSignal>, string>({
    topic: "do.live",
    idOf: ({ said }) => said.id,
    isRead: () => false,
    here: ({ said, origin }) => policyOfPublished(parts, turns, said, origin),
    printAsked: (sent) => liveCodec.print(sent, origins),
    readAsked: (printed, from) => liveCodec.read(printed, origins, from),
    printDone: (policyId) => JSON.stringify(policyId),
    readDone: (printed) => JSON.parse(printed) as string,
    unavailable: ({ said }) => rules.unavailable(said.id),
  });

  const viewing = owners.handle<Asked, LiveAnswer | undefined>({
    topic: "do.view",
    idOf: ({ answer }) => answer.id,
    isRead: () => true,
    here: async ({ subjects, answer }) => viewOfAnswer(parts, { subjects }, answer),
    printAsked: ({ subjects, answer }) => JSON.stringify({ subjects, answer: liveJson(answer) }),
    readAsked: readAskedView,
    printDone: (answer) => (answer ? JSON.stringify(liveJson(answer)) : ""),
    readDone: (printed) => (printed === "" ? undefined : liveAnswerOfJson(parseStored(printed))),
    unavailable: ({ answer }) => rules.unavailable(answer.id),
  });

  return {
    async publish(said, origin) {
      const policyId = await publishing.run({ said, origin });
      return isAnswered(said) ? answerersOf(said, await enforcerOf(parts, said, policyId)) : nobody;
    },
    view: (asker, answer) =>
      hidesNothing(answer) ? answer : viewing.run({ subjects: asker.subjects, answer }),
  };
}

/** Only of what was retrieved anything can be hidden. */
const hidesNothing = (answer: LiveAnswer): boolean =>
  answer.says !== "live-response" || answer.action !== "retrieve" || answer.value === undefined;

function policyOfPublished(
  parts: PublishParts,
  turns: Turns,
  signal: LiveSignal,
  origin: object | undefined,
): Promise<string> {
  return new Promise((resolve, reject) => {
    let policyId = "";
    const published = publishHere(parts, turns, signal, origin, ({ state }) => {
      policyId = state.value?.policyId as string;
    });
    if (published instanceof Promise) published.then(() => resolve(policyId), reject);
    else resolve(policyId);
  });
}

/** The policy as it is known here, where the answers come in. */
async function enforcerOf(
  { policies, access }: Parts,
  signal: LiveSignal,
  policyId: string,
): Promise<Enforcer> {
  const command = { ...asPolicyRead(policyId), auth: signal.auth };
  const policy = await orUnavailable(command, policies, async () => {
    const held = await policies.load(policyId);
    await access.load(held);
    return held;
  });
  const enforcer = access.enforcer(policy, namespaceOf(signal.id));
  if (!enforcer) throw policies.rules.unavailable(policyId); // deleted in that very moment
  return enforcer;
}

const asPolicyRead = (id: string) => ({
  kind: "policy" as const,
  id,
  action: "retrieve" as const,
  path: [],
  headers: {},
});

function readAskedView(printed: string): Asked {
  const asked: JsonValue = parseStored(printed);
  if (!isObject(asked)) throw new Error("A member asked about no answer.");
  return {
    subjects: asked.subjects as unknown as AuthContext["subjects"],
    answer: liveAnswerOfJson(asked.answer),
  };
}
