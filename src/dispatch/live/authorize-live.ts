// May they say it, and does their condition hold? Asked of the thing and its policy before anything is published.

import type { Access } from "../../policies/enforcer.ts";
import type { LiveCommand, LiveEvent, LiveSignal, Message } from "../../signals/live.ts";
import { isClaim, messageResource } from "../../signals/message-resource.ts";
import type { EntityState } from "../../signals/signal.ts";
import { authorizeWrite } from "../authorize.ts";
import { conditionOf, liveChannelConditionOf } from "../condition.ts";
import { reductionOf } from "../effect.ts";
import type { EntityRules } from "../rules.ts";
import { eventNotAllowed, messageNotAllowed } from "./errors.ts";

/**
 * Refuses whoever may not send a signal: a command with the errors of the twin's, a message or event with their own; and
 * with 412 where its condition does not hold, or asks about what its sender may not read.
 */
export function authorizeLive(
  signal: LiveSignal,
  state: EntityState,
  access: Access,
  rules: EntityRules,
): void {
  if (signal.says === "live-command") authorizeCommand(signal, state, access, rules);
  else authorizeSaid(signal, state, access);
}

function authorizeSaid(signal: Message | LiveEvent, state: EntityState, access: Access): void {
  const { id, headers } = signal;
  const condition = conditionOf({ kind: "thing", id, action: "modify", headers }, access);
  if (signal.says === "message") {
    const isAllowed = isClaim(signal) || access.hasUnrestricted("message", messageResource(signal), "WRITE");
    if (!isAllowed) throw messageNotAllowed(id);
  } else if (!access.hasUnrestricted("thing", signal.path, "WRITE")) {
    throw eventNotAllowed(id);
  }
  condition?.(state);
}

function authorizeCommand(
  command: LiveCommand,
  state: EntityState,
  access: Access,
  rules: EntityRules,
): void {
  const { id, path, action } = command;
  const resource = rules.resource(path);
  if (!resource) throw rules.notFound(id);
  const condition = conditionOf(command, access);
  if (action === "retrieve") {
    // As in Ditto, a condition of a live retrieve must be readable, but is not asked whether it holds.
    liveChannelConditionOf(command, access);
    if (!access.hasPartial("thing", path, "READ")) throw resource.notFound(id, path);
    return;
  }
  rules.checkBody(command);
  reductionOf(command, rules, access); // which are the device's to apply, but must be readable here
  authorizeWrite(command, resource, rules, access);
  condition?.(state);
}
