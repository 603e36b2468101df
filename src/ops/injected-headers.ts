// Headers that claims of a token may not become: nobody can set them, or they say who speaks.

const reserved: ReadonlySet<string> = new Set([
  ...["authorization", "proxy-authorization", "cookie", "www-authenticate", "x-ditto-pre-authenticated"],
  ...[
    "content-type",
    "content-length",
    "transfer-encoding",
    "accept-encoding",
    "expect",
    "x-forwarded-scheme",
  ],
  ...["connection", "keep-alive", "te", "trailer", "upgrade", "timeout-access", "raw-request-uri"],
  ...["etag", "entity-revision", "historical-headers", "live-channel-condition-matched", "cache-control"],
]);

/** Whether a token may bring a header of that lower-case name. */
export const isInjectable = (name: string): boolean => !reserved.has(name) && !name.startsWith("ditto-");
