/**
 * Headers of a request that are about one connection of HTTP (RFC 9110, section 7.6.1), or follow from its body: they are not for
 * others to set.
 */
export const connectionHeaders: readonly string[] = [
  "connection",
  "content-length",
  "expect",
  "keep-alive",
  "proxy-authorization",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
];
