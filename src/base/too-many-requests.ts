import { type ErrorText, TwinError } from "./errors.ts";

/** Refuses what comes too often, and tells in how many seconds it may come again. */
export class TooManyRequests extends TwinError {
  readonly retryAfter: number;

  constructor(retryAfter: number, { message, description }: Partial<ErrorText> = {}) {
    super("too.many.requests", 429, {
      message: message ?? "You ask more often than this server allows.",
      description: description ?? `Try again in ${retryAfter} second${retryAfter === 1 ? "" : "s"}.`,
    });
    this.retryAfter = retryAfter;
  }
}
