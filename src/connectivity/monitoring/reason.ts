import { TwinError } from "../../base/errors.ts";

/** Why something failed, for operators: of an error of the catalogue what happened and what to do, such as the place in a script. */
export function reasonText(error: unknown): string {
  if (!(error instanceof TwinError)) return error instanceof Error ? error.message : String(error);
  const { description } = error.text;
  return description === undefined ? error.message : `${error.message} ${description}`;
}
