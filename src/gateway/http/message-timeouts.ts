// How long the answer to a message is waited for over HTTP (httpapi-messages page).

import { claimTimeouts, messageTimeouts } from "../../dispatch/acks/awaited-live.ts";
import { durationMs } from "../../protocol/timeout.ts";
import type { Message } from "../../signals/live.ts";
import { isClaim } from "../../signals/message-resource.ts";

const messages = { usualMs: 10_000, limit: messageTimeouts };
const claims = { usualMs: 60_000, limit: claimTimeouts };

/** Milliseconds by the header `timeout` of a message; refuses what is no duration or longer than messages may wait. */
export function messageTimeoutMs(said: Message): number {
  const { usualMs, limit } = isClaim(said) ? claims : messages;
  const { timeout } = said.headers;
  const ms = timeout === undefined ? usualMs : durationMs(timeout);
  if (ms > limit.mostMs) throw limit.refusal(String(timeout));
  return ms;
}

/** The header `timeout` as receivers of a message are told it: plain seconds where it can be. */
export const timeoutHeader = (ms: number): string => (ms % 1000 === 0 ? String(ms / 1000) : `${ms}ms`);
