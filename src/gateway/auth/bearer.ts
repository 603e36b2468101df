/** The token that an Authorization header brings (RFC 6750); undefined where it is of another scheme. */
export const bearerToken = (authorization: string): string | undefined =>
  /^bearer(?: |$)/i.test(authorization) ? authorization.slice("bearer ".length).trim() : undefined;
