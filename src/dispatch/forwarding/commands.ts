// Commands, actions on policies and looks at the index, as errands for the owners of what they are about.

import type { Origins } from "../../signals/origins.ts";
import type { Reply } from "../../signals/reply.ts";
import type { Command } from "../../signals/signal.ts";
import type { WhenIndexed } from "../acks/outcome.ts";
import { asBirth, isBirth } from "../creation/birth.ts";
import type { Dispatch } from "../dispatcher.ts";
import { serviceUnavailable } from "../errors.ts";
import { momentOf } from "../history/moment.ts";
import { type ActOnPolicy, actionAsCommand, type PolicyAction } from "../policy-actions.ts";
import type { Parts } from "../ready.ts";
import type { Errand, Owners } from "./owners.ts";
import { actionCodec, commandCodec, type Sent } from "./wire-command.ts";
import { printReply, readReply } from "./wire-reply.ts";

export interface ForwardedDispatch {
  /** Has a command carried out by the owner of its entity; the past may be read by any member. */
  readonly dispatch: Dispatch;
  /** Carries it out here, and once: rejects with 503 where this member does not own the entity, or another has written meanwhile. */
  readonly dispatchHere: Dispatch;
}

type Rules = Pick<Parts, "things" | "policies">;

/** `here` is the dispatcher of this member. */
export function forwardedDispatch(
  owners: Owners,
  origins: Origins,
  { things, policies }: Rules,
  here: Dispatch,
): ForwardedDispatch {
  const errand: Errand<Sent<Command>, Reply> = {
    topic: "do.command",
    idOf: ({ said }) => said.id,
    isRead: ({ said }) => said.action === "retrieve",
    here: ({ said, origin }) => here(said, origin),
    printAsked: (sent) => commandCodec.print(sent, origins),
    readAsked: (printed, from) => commandCodec.read(printed, origins, from),
    printDone: printReply,
    readDone: readReply,
    unavailable: ({ said: { kind, id } }) => (kind === "thing" ? things : policies).rules.unavailable(id),
  };
  const runner = owners.handle(errand);
  const births = owners.handle<Sent<Command>, Reply>({
    ...errand,
    topic: "do.birth",
    isApart: true,
    readAsked: (printed, from) => {
      const { said, origin } = commandCodec.read(printed, origins, from);
      return { said: asBirth(said), origin };
    },
  });
  const isOfThePast = ({ action, headers }: Command) =>
    action === "retrieve" && momentOf(headers) !== undefined;
  return {
    dispatch: async (said, origin) => {
      if (isOfThePast(said)) return here(said, origin);
      return (isBirth(said) ? births : runner).run({ said, origin });
    },
    dispatchHere: (said, origin) => runner.runHere({ said, origin }),
  };
}

/** The same for actions on policies. */
export function forwardedActions(
  owners: Owners,
  origins: Origins,
  { policies }: Rules,
  here: ActOnPolicy,
): ActOnPolicy {
  const runner = owners.handle<PolicyAction, Reply>({
    topic: "do.action",
    idOf: ({ id }) => id,
    isRead: () => false,
    here,
    printAsked: (said) => actionCodec.print({ said, origin: undefined }, origins),
    readAsked: (printed, from) => actionCodec.read(printed, origins, from).said,
    printDone: printReply,
    readDone: readReply,
    unavailable: (asked) => policies.rules.unavailable(actionAsCommand(asked).id),
  });
  return (asked) => runner.run(asked);
}

/** As long as acknowledgements are waited for at most, in milliseconds. */
const LONGEST_WAIT_MS = 65_000;

/** Has the owner of a thing tell when it can be found: it is the one that writes the index. */
export function forwardedWhenIndexed(owners: Owners, here: WhenIndexed): WhenIndexed {
  interface Revision {
    readonly id: string;
    readonly revision: number;
  }
  const runner = owners.handle<Revision, undefined>({
    topic: "do.indexed",
    idOf: ({ id }) => id,
    isRead: () => true,
    here: ({ id, revision }) =>
      new Promise((resolve, reject) =>
        here(id, revision, (error) => (error === undefined ? resolve(undefined) : reject(error as Error))),
      ),
    printAsked: (asked) => JSON.stringify(asked),
    readAsked: (printed) => JSON.parse(printed) as Revision,
    printDone: () => "",
    readDone: () => undefined,
    unavailable: serviceUnavailable,
    timeMs: LONGEST_WAIT_MS,
    isApart: true,
  });
  return (id, revision, told) => void runner.run({ id, revision }).then(() => told(), told);
}
