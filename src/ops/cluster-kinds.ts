// How the settings of clusters are read.

import { duration, type Kind } from "./setting-kinds.ts";

const LEAST_LEASE_MS = 300;

/** A server of NATS as its client takes it, and who is logged in by its address. */
export interface NatsServers {
  /** `nats://host:port` or `tls://host:port` */
  readonly servers: readonly string[];
  readonly user?: string;
  readonly password?: string;
}

/** One or several addresses, of which the first may say who logs in; secret because it may hold a password. */
export const natsServers: Kind<NatsServers> = {
  form: "nats://host:port,… or tls://host:port,…",
  secret: true,
  parse(text) {
    const urls = text.split(",").map((part) => serverOf(part.trim()));
    const { username, password } = urls[0]!;
    return {
      servers: urls.map(({ protocol, host }) => `${protocol}//${host}`),
      ...(username !== "" && { user: decodeURIComponent(username) }),
      ...(password !== "" && { password: decodeURIComponent(password) }),
    };
  },
};

export const secretText: Kind<string> = { form: "text", secret: true, parse: (text) => text };

/** What may stand in subjects of NATS and names of its buckets. */
export const clusterName: Kind<string> = {
  form: "letters, digits, - and _",
  secret: false,
  parse(text) {
    if (!/^[\w-]{1,64}$/.test(text)) throw new Error("must be up to 64 letters, digits, - and _");
    return text;
  },
};

/** In milliseconds. */
export const lease: Kind<number> = {
  form: duration.form,
  secret: false,
  parse(text) {
    const value = duration.parse(text);
    if (value < LEAST_LEASE_MS) throw new Error(`must be at least ${LEAST_LEASE_MS}ms`);
    return value;
  },
};

function serverOf(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isPlain =
    url && url.host !== "" && /^\/?$/.test(url.pathname) && url.search === "" && url.hash === "";
  if (!isPlain || !["nats:", "tls:"].includes(url.protocol))
    throw new Error("must be addresses of the form nats://host:port or tls://host:port, separated by commas");
  return url;
}
