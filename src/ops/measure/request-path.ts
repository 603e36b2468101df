// Which of few classes of paths a request is counted and traced under, as Ditto's gateway names them: IDs are `x`.

const FALLBACK = "/other";

const exact: ReadonlySet<string> = new Set([
  ...["/api/2/whoami", "/api/2/checkPermissions", "/api/2/cloudevents"],
  ...["/api/2/search/things", "/api/2/search/things/count", "/api/2/search/things/aggregate"],
  ...["/ws/2", "/health", "/alive", "/ready", "/metrics", "/status", "/status/health", "/overall/status"],
  ...["/overall/status/health", "/devops/logging", "/devops/config"],
]);

/** What may follow an ID and is told; anything else a client may write is not. */
const below: ReadonlySet<string> = new Set([
  ...["attributes", "features", "definition", "policyId", "_metadata"],
  ...["entries", "imports", "subjects", "resources", "actions"],
]);

const collections = ["/api/2/things", "/api/2/policies", "/api/2/connections", "/api/2/predictors"] as const;
const one: Readonly<Record<string, string>> = Object.fromEntries(
  collections.map((path) => [path, `${path}/x`]),
);
const messages: Readonly<Record<string, string>> = Object.fromEntries(
  collections.map((path) => [path, `${path}/messages`]),
);
const parts: Readonly<Record<string, ReadonlyMap<string, string>>> = Object.fromEntries(
  collections.map((path) => [path, new Map([...below].map((part) => [part, `${path}/x/${part}/x`]))]),
);

/** The class of a path without its query; always one of few texts. */
export function requestPathOf(path: string): string {
  for (const collection of collections) {
    if (!path.startsWith(collection)) continue;
    if (path.length === collection.length) return collection;
    if (path.charCodeAt(collection.length) !== 47) continue;
    return withinOf(path, collection);
  }
  const bare = path.length > 1 && path.endsWith("/") ? path.slice(0, -1) : path;
  return exact.has(bare) ? bare : FALLBACK;
}

function withinOf(path: string, collection: string): string {
  const id = collection.length + 1;
  if (path.length === id) return collection;
  const end = path.indexOf("/", id);
  if (end < 0) return one[collection] as string;
  if (/\/(?:(?:inbox|outbox)\/messages\/|inbox\/claim)/.test(path)) return messages[collection] as string;
  const next = path.indexOf("/", end + 1);
  const part = next < 0 ? path.slice(end + 1) : path.slice(end + 1, next);
  return parts[collection]?.get(part) ?? (one[collection] as string);
}
