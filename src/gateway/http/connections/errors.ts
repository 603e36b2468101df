import { defineError } from "../../../base/errors.ts";

export const connectionCommandInvalid = defineError("connectivity:command.invalid", 400, (given: string) => ({
  message: `'${given.slice(0, 200).toWellFormed()}' is no command to a connection.`,
  description:
    "It is connectivity.commands:openConnection, …:closeConnection, …:enableConnectionLogs, …:resetConnectionLogs or " +
    "…:resetConnectionMetrics.",
}));
