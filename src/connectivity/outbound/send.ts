// One message on its last way: its address and headers are resolved, it is published, and that is noted.

import type { Values } from "../../base/placeholders/element.ts";
import type { Published } from "../connectors/connector.ts";
import type { ExternalHeaders, ExternalMessage } from "../external-message.ts";
import type { About, Step } from "../monitoring/monitor.ts";
import { reasonText } from "../monitoring/reason.ts";
import type { HeaderTexts, Text } from "../placeholders/texts.ts";
import type { Publish } from "./outlet.ts";

/** Where a message goes: a target, or the reply target of a source. */
export interface Goal {
  readonly address: Text;
  readonly qos: number | undefined;
  readonly headerMapping: HeaderTexts;
  readonly published: Step;
  readonly dropped: Step;
}

/** What became of it. */
export type Sent =
  | { readonly is: "published"; readonly published: Published }
  | { readonly is: "failed"; readonly error: unknown }
  /** Its address has a placeholder without a value. */
  | { readonly is: "dropped" };

/** Publishes a message; `key` is what keeps its order. Never rejects. */
export async function send(
  goal: Goal,
  key: string,
  message: ExternalMessage,
  values: Values,
  about: About,
  publish: Publish,
): Promise<Sent> {
  try {
    const address = goal.address.first(values);
    if (address === undefined) {
      goal.dropped.success(
        about,
        () => `The address '${goal.address.text}' has a placeholder without a value.`,
      );
      return { is: "dropped" };
    }
    const headers = withMapped(message.headers, goal.headerMapping, values);
    const publication = { address, qos: goal.qos, message: { ...message, headers }, orderKey: key };
    const published = await publish(key, publication);
    note(goal.published, published, { correlationId: about.correlationId }); // as in Ditto, no more
    return { is: "published", published };
  } catch (error) {
    goal.published.failure(about, () => reasonText(error));
    return { is: "failed", error };
  }
}

/** What a header mapping gives takes precedence over what a mapper set. */
function withMapped(headers: ExternalHeaders, mapping: HeaderTexts, values: Values): ExternalHeaders {
  if (mapping.length === 0) return headers;
  const all: Record<string, string> = { ...headers };
  for (const [name, text] of mapping) {
    const value = text.first(values);
    if (value !== undefined) all[name.toLowerCase()] = value;
  }
  return all;
}

/** An answer of a status that is no success is a failure of the publication as well. */
function note(step: Step, { status }: Published, about: About): void {
  if (status < 300) step.success(about);
  else step.failure(about, () => `The endpoint answered with the status ${status}.`);
}
