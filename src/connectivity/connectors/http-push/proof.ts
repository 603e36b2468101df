// How requests of a connection prove whose they are: by password, token or signature.

import type { Connection } from "../../model.ts";
import type { Hosts } from "../../net/hosts.ts";
import { partsOf } from "../../uri.ts";
import { Tokens } from "./oauth.ts";
import type { HttpPushSettings } from "./settings.ts";
import type { Signable } from "./signing/hmac.ts";
import { signingOf } from "./signing/signing.ts";

export interface Proof {
  /** The headers that prove a request, which stand above those of the message. Rejects where there is no token. */
  headersFor(request: Signable): Promise<Readonly<Record<string, string>>>;
  /** Sees whether there is a token, where one is needed. */
  test(): Promise<void>;
  close(reason: Error): Promise<void>;
}

export function proofOf(connection: Connection, hosts: Hosts, settings: HttpPushSettings): Proof {
  const { credentials, uri } = connection;
  switch (credentials?.type) {
    case "hmac": {
      const sign = signingOf(credentials);
      return { ...simple, headersFor: async (request) => sign(request, new Date()) };
    }
    case "oauth-client-credentials":
    case "oauth-password":
      return byTokens(new Tokens(credentials, connection, hosts, settings));
    case "plain":
      return byPassword(credentials.username, credentials.password);
    default: {
      const { userName, password = "" } = partsOf(uri);
      return userName === undefined ? simple : byPassword(userName, password);
    }
  }
}

const simple: Proof = {
  headersFor: async () => ({}),
  test: async () => undefined,
  close: async () => undefined,
};

function byPassword(name: string, password: string): Proof {
  const authorization = `Basic ${Buffer.from(`${name}:${password}`).toString("base64")}`;
  return { ...simple, headersFor: async () => ({ authorization }) };
}

const byTokens = (tokens: Tokens): Proof => ({
  headersFor: async () => ({ authorization: `Bearer ${await tokens.fresh()}` }),
  test: async () => {
    await tokens.fresh();
  },
  close: (reason) => tokens.close(reason),
});
