// `POST /api/2/connections/{id}/command`: a command is the plain text of its name.

import type { ConnectionsApi, InsightCommand } from "../../../connectivity/connections-api.ts";
import { readBytes } from "../body.ts";
import { unsupportedMediaType } from "../errors.ts";
import type { Asked } from "./asked.ts";
import { connectionCommandInvalid } from "./errors.ts";
import { tooLarge } from "./read-body.ts";

const MAX_BYTES = 1_000;
const PLAIN_TEXT = "text/plain";
const PREFIX = "connectivity.commands:";

const actions: Readonly<Record<string, "open" | "close">> = {
  openConnection: "open",
  closeConnection: "close",
};
const insights: readonly InsightCommand[] = [
  "enableConnectionLogs",
  "resetConnectionLogs",
  "resetConnectionMetrics",
];

export type NamedCommand = "open" | "close" | InsightCommand;

/** The command with a name such as `connectivity.commands:openConnection`; `undefined` where there is none. */
export function commandNamed(type: string): NamedCommand | undefined {
  if (!type.startsWith(PREFIX)) return undefined;
  const name = type.slice(PREFIX.length);
  return Object.hasOwn(actions, name) ? actions[name] : insights.find((known) => known === name);
}

/** Reads the command of a request; refuses what is none with `connectivity:command.invalid`. */
export async function readCommand({ incoming }: Asked, accepted: readonly string[]): Promise<NamedCommand> {
  const type = (incoming.headers["content-type"] ?? PLAIN_TEXT).split(";", 1)[0]?.trim().toLowerCase() ?? "";
  if (type !== PLAIN_TEXT && !accepted.includes(type))
    throw unsupportedMediaType(type, [PLAIN_TEXT, ...accepted].join(" or "));
  const text = (await readBytes(incoming, MAX_BYTES, tooLarge(MAX_BYTES))).toString().trim();
  const command = commandNamed(text);
  if (!command) throw connectionCommandInvalid(text);
  return command;
}

/** Carries a command out; resolves with the revision that is told of it: that of the next change, where it changed nothing. */
export async function runCommand(
  api: ConnectionsApi,
  id: string,
  command: NamedCommand,
  headers: Asked["headers"],
): Promise<number> {
  if (command === "open" || command === "close") {
    const { revision } = await api.execute({ action: command, id, headers, auth: { subjects: [] } });
    return revision as number;
  }
  const { revision = 0 } = await api.retrieve({ id, headers: {}, auth: { subjects: [] } });
  await api.command(id, command);
  return revision + 1;
}
