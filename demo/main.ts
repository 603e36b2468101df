// `npm run demo`: five simulated factories push readings over WebSockets, a second client watches the events and a
// third asks over HTTP, all with the published Ditto JavaScript client. One bearing of each factory wears out, which the server
// predicts.

import { setTimeout as sleep } from "node:timers/promises";
import { type DittoHttpClient, Policy } from "@eclipse-ditto/ditto-javascript-client-node";
import { closeClient, closedByUs, httpClient, type Login, liveClient, twinClient } from "./ditto-clients.ts";
import { Factory, ownedBy } from "./factory.ts";
import { count, Figures, rate } from "./figures.ts";
import { type Options, readOptions } from "./options.ts";
import { range } from "./pool.ts";
import { makePredictors, onServiceSoon, predictorsPolicyId, removePredictors } from "./predictors.ts";
import { bearings, endLine, show, showFigures, totals } from "./progress.ts";
import { query } from "./querier.ts";
import { existingServer, ownServer } from "./server.ts";
import { watch } from "./watcher.ts";

const stopper = new AbortController();
const figures = new Figures();

/** The first signal ends the demo in order, a second one at once. */
function stopOn(signal: NodeJS.Signals): void {
  process.on(signal, () => {
    if (stopper.signal.aborted) process.exit(130);
    stopper.abort();
  });
}

/** The client reports a socket it lost as a rejection that nobody can await. */
function stopWhenSocketsEnd(): void {
  process.on("unhandledRejection", (reason) => {
    if (reason !== closedByUs) throw reason;
    figures.fail(new Error("the server ended a WebSocket"));
    stopper.abort();
  });
}

async function build(factories: readonly Factory[], http: DittoHttpClient, options: Options): Promise<void> {
  const subject = subjectOf(options.login);
  const all = options.factories * options.sensors;
  const startedAt = performance.now();
  const line = () => {
    const seconds = (performance.now() - startedAt) / 1_000;
    return `Creating twins: ${count(figures.twins)} of ${count(all)} (${rate(figures.twins / seconds)})`;
  };
  const timer = setInterval(() => show(line()), 1_000);
  try {
    await Promise.all(
      factories.map((factory) =>
        factory.build(http, subject, () => {
          stopper.signal.throwIfAborted();
          figures.twins++;
        }),
      ),
    );
  } finally {
    clearInterval(timer);
    show(line());
    endLine();
  }
}

async function predict(http: DittoHttpClient, url: string, { login }: Options): Promise<void> {
  const subject = subjectOf(login);
  await http.getPoliciesHandle().putPolicy(new Policy(predictorsPolicyId, ownedBy(subject)));
  await makePredictors(url, login, subject);
}

async function forget(http: DittoHttpClient, url: string, { login }: Options): Promise<void> {
  await removePredictors(url, login);
  await http
    .getPoliciesHandle()
    .deletePolicy(predictorsPolicyId)
    .catch(() => {});
}

/** A Basic user is this subject, here and behind Ditto's own proxy. */
const subjectOf = ({ name }: Login): string => `nginx:${name}`;

async function run(factories: readonly Factory[], http: DittoHttpClient, url: string, options: Options) {
  const watcher = await twinClient(url, options.login);
  await watch(watcher, figures);
  const alerted = await liveClient(url, options.login);
  await onServiceSoon(alerted, (machine) => {
    figures.serviceSoon.set(machine, (figures.serviceSoon.get(machine) ?? 0) + 1);
  });
  const startedAt = performance.now();
  const hide = showFigures(figures);
  const timer =
    options.seconds === undefined ? undefined : setTimeout(() => stopper.abort(), options.seconds * 1_000);
  await Promise.all([
    ...factories.map((factory) => factory.run(options.rate / options.factories, figures, stopper.signal)),
    ...factories.map((factory) => factory.runBearing(figures, stopper.signal)),
    query(http, options, figures, stopper.signal),
  ]);
  const seconds = (performance.now() - startedAt) / 1_000;
  clearTimeout(timer);
  hide();
  await lastEvents();
  endLine();
  await closeClient(watcher);
  await closeClient(alerted);
  return seconds;
}

/** Events follow their acknowledgements closely; those under way may come in. */
async function lastEvents(): Promise<void> {
  for (let i = 0; i < 20 && figures.events.total.count < figures.readings.total.count; i++) await sleep(50);
}

const options = readOptions(process.argv.slice(2));
stopOn("SIGINT");
stopOn("SIGTERM");
stopWhenSocketsEnd();
await using server = options.url === undefined ? await ownServer() : existingServer(options.url);
console.log(`Server: ${server.url}`);
const http = httpClient(server.url, options.login);
const factories = await Promise.all(
  range(1, options.factories).map((number) =>
    Factory.open(server.url, options.login, number, options.sensors),
  ),
);
let seconds = 0;
try {
  await build(factories, http, options);
  await predict(http, server.url, options);
  seconds = await run(factories, http, server.url, options);
} catch (reason) {
  if (!stopper.signal.aborted) throw reason;
} finally {
  if (!server.isThrowaway) {
    show("Removing what the demo made");
    endLine();
    await forget(http, server.url, options);
    for (const factory of factories) await factory.demolish(http);
  }
  for (const factory of factories) await factory.close();
}
console.log(bearings(figures));
console.log(totals(options.factories, figures, Math.max(seconds, 0.1)));
if (figures.errors > 0) {
  console.error(`First error: ${figures.firstError}`);
  process.exitCode = 1;
}
