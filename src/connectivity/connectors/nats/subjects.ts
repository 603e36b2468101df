// Subjects: tokens between dots (docs.nats.io, "Subject-Based Messaging").

const MAX_LENGTH = 1_000;

/** Why a text is no subject to publish to; undefined where it is one. */
export function problemOfSubject(subject: string): string | undefined {
  const tokens = subject.split(".");
  if (tokens.some((token) => token === "*" || token === ">"))
    return "A subject to publish to has no wildcards * and >.";
  return problemOfTokens(subject, tokens);
}

/** Why a text is no subject to subscribe to, with or without wildcards; undefined where it is one. */
export function problemOfFilter(filter: string): string | undefined {
  const tokens = filter.split(".");
  if (tokens.slice(0, -1).includes(">")) return "The wildcard > must be the last token.";
  return problemOfTokens(filter, tokens);
}

function problemOfTokens(subject: string, tokens: readonly string[]): string | undefined {
  if (subject === "") return "A subject must not be empty.";
  if (subject.length > MAX_LENGTH) return `A subject has at most ${MAX_LENGTH} characters.`;
  if (tokens.includes("")) return "A subject has no empty tokens: dots stand between others only.";
  if (holdsBlanks(subject)) return "A subject holds no blanks and no control characters.";
  return subject.isWellFormed() ? undefined : "A subject is well-formed Unicode.";
}

/** The first token of a subject that belongs to the server (`$JS`, `$KV`, `$SYS`); undefined of all others. */
export function systemToken(subject: string): string | undefined {
  if (!subject.startsWith("$")) return undefined;
  const dot = subject.indexOf(".");
  return dot < 0 ? subject : subject.slice(0, dot);
}

/** Whether there is something in a text that would end it in the protocol, or nobody could see. */
export function holdsBlanks(text: string): boolean {
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code <= 0x20 || code === 0x7f) return true;
  }
  return false;
}
