// What operators ask is asked of every member of the cluster; this one answers for itself without the wire.

import type { JsonValue } from "../../../base/json/json.ts";
import { parseStored } from "../../../base/json/parse.ts";
import type { Cluster, Member } from "../../../cluster/cluster.ts";

/** How long another member may take for its answer, in milliseconds. */
const ANSWER_MS = 5_000;

export interface MemberAnswer {
  readonly member: Member;
  /** Absent where none came in time. */
  readonly answer: JsonValue | undefined;
}

/** Asks all members, or one; resolves with their answers in the order of the view. */
export type AskMembers = (question?: JsonValue, only?: Member) => Promise<readonly MemberAnswer[]>;

/** Lets the members of a cluster answer a topic. */
export function asksMembers(
  cluster: Cluster,
  topic: string,
  answer: (question: JsonValue) => JsonValue | Promise<JsonValue>,
): AskMembers {
  const { wire, self } = cluster;
  wire.onRequest(topic, async (payload) => JSON.stringify(await answer(parseStored(payload))));

  async function ask(member: Member, question: JsonValue): Promise<MemberAnswer> {
    if (member.id === self.id) return { member, answer: await answer(question) };
    try {
      const printed = await wire.request(member.id, topic, JSON.stringify(question), ANSWER_MS);
      return { member, answer: parseStored(printed) };
    } catch {
      return { member, answer: undefined };
    }
  }

  return (question = null, only) =>
    Promise.all((only ? [only] : membersOf(cluster)).map((member) => ask(member, question)));
}

/** All members of the view, and this one even where it is out of it. */
export const membersOf = ({ members, self }: Cluster): readonly Member[] =>
  members.some(({ id }) => id === self.id) ? members : [...members, self];

/** How operators name a process of the server: by Ditto's number where there is only one. */
export const instanceOf = (cluster: Cluster, member: Member): string => (cluster.isAlone ? "1" : member.id);

/** The member that operators name, whatever they say where there is only one; absent where there is none of the name. */
export const memberNamed = (cluster: Cluster, instance: string): Member | undefined =>
  cluster.isAlone
    ? cluster.self
    : membersOf(cluster).find(({ id, name }) => id === instance || name === instance);
