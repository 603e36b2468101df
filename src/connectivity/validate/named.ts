// Refusals of others, with the field of the connection at fault.

import { TwinError } from "../../base/errors.ts";
import { UnknownPlaceholder } from "../../base/placeholders/errors.ts";
import { connectionInvalid } from "../errors.ts";

/** Does what may be refused: the refusal of a client keeps its code and names the field, and anything else becomes one of the field. */
export function naming<T>(field: string, task: () => T): T {
  try {
    return task();
  } catch (error) {
    if (!(error instanceof TwinError)) throw connectionInvalid(field, (error as Error).message);
    const { code, status, text } = error;
    throw new TwinError(code, status, { ...text, message: `${text.message} (${field})` });
  }
}

/** The same, where every refusal is one of the configuration; `placeholders` says which there are in the text that is read. */
export function configuring<T>(field: string, task: () => T, placeholders?: string): T {
  try {
    return task();
  } catch (error) {
    if (error instanceof UnknownPlaceholder && placeholders !== undefined)
      throw connectionInvalid(field, `${error.message} There are ${placeholders}.`);
    const { message, description = "" } =
      error instanceof TwinError ? error.text : (error as Error & { description?: string });
    throw connectionInvalid(field, `${message} ${description}`.trimEnd());
  }
}
