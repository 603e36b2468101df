import { isObject } from "../../base/json/json.ts";
import { parseJson } from "../../base/json/parse.ts";
import type { Converse, Peer } from "../inbound/converse.ts";
import type { UsedTarget } from "../outbound/target.ts";

/** Hands what an endpoint answered on as what the target's subjects say; a refusal of it goes nowhere. */
export function liveAnswers(
  peerOf: (target: UsedTarget) => Peer,
  {
    converse,
    onFault,
  }: { readonly converse: Converse; readonly onFault: (error: unknown, correlationId: string) => void },
): (target: UsedTarget, text: string) => void {
  return (target, text) => {
    const message = parseJson(text);
    if (!isObject(message)) return;
    const auth = { subjects: target.target.authorizationContext };
    const said = { message, auth, peer: peerOf(target), characters: text.length };
    converse(said).catch((error: unknown) => onFault(error, "unknown"));
  };
}
