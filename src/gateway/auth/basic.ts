// HTTP Basic (RFC 7617): what both its users and the devops user need.

import { createHash } from "node:crypto";

/** What 401 asks for where users are configured. */
export const basicChallenge = 'Basic realm="ditto", charset="UTF-8"';

/** The header that a user of that name and password sends. */
export const basicHeader = (name: string, password: string): string =>
  `Basic ${Buffer.from(`${name}:${password}`).toString("base64")}`;

/** Of the same length for every secret, so that secrets can be compared without telling by the time it takes. */
export const digest = (text: string): Buffer => createHash("sha256").update(text).digest();
