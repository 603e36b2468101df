// The content type of a payload that passes through.

/** What a payload is that does not say so. */
export const OCTET_STREAM = "application/octet-stream";

const token = "[\\w!#$%&'*+.^`|~-]+";
const mediaTypePattern = new RegExp(`^${token}/${token}(?:\\s*;[\\t -~]*)?$`);

/** A content type as it came, where it can be one. */
export const validContentType = (text: unknown): string | undefined =>
  typeof text === "string" && mediaTypePattern.test(text) ? text : undefined;

/** The content type of a request; bytes of no known kind where it tells none that could be one. */
export const contentTypeIn = (header: string | undefined): string => validContentType(header) ?? OCTET_STREAM;

const inert = /^(?:application\/(?:[\w.+-]+\+)?json|application\/octet-stream|text\/plain)\s*(?:;|$)/i;

/** Whether browsers take what has this content type for nothing that they could run. */
export const isInert = (contentType: string): boolean => inert.test(contentType);
