// The settings SEARCH_CUSTOM_METRICS and SEARCH_CUSTOM_AGGREGATION_METRICS: gauges that count things (operating-monitoring
// page), as in Ditto's configuration `ditto.search.operator-metrics`, but as JSON.

import { compileTemplate, type Template } from "../base/placeholders/template.ts";
import { jsonOf, type Members, membersOf, textsOf } from "./json-kind.ts";
import { duration, type Kind, keeping } from "./setting-kinds.ts";

/** A gauge that counts things. Names of metrics and labels are Prometheus's, as Ditto makes them of any text. */
export interface CustomMetric {
  readonly name: string;
  readonly enabled: boolean;
  /** In milliseconds; absent where the interval of all counts. */
  readonly scrapeInterval: number | undefined;
  /** Absent: all. */
  readonly namespaces: readonly string[] | undefined;
  /** RQL, which is looked at when it is used; absent: all things. */
  readonly filter: string | undefined;
  readonly labels: readonly Label[];
}

/** A gauge that counts things in groups; each group is a series. */
export interface CustomAggregationMetric extends CustomMetric {
  /** By the names that placeholders `group-by:…` have: the property that is grouped by. */
  readonly groupBy: ReadonlyMap<string, string>;
}

export interface Label {
  readonly name: string;
  /** A plain text where the metric has no groups. */
  readonly template: Template;
}

/** Most metrics, and most labels and groups of one: each is a query or a series for as long as the server runs. */
const MAX_METRICS = 100;
const MAX_NAMES = 10;
const MIN_INTERVAL_MS = 1000;
const MAX_INTERVAL_MS = 2 ** 31 - 1;

/** How often metrics are counted, in milliseconds. */
export const scrapeInterval: Kind<number> = {
  ...duration,
  parse(text) {
    const interval = duration.parse(text);
    if (interval < MIN_INTERVAL_MS) throw new Error("must be a time of at least 1s");
    return interval;
  },
};

const names = ["enabled", "scrape-interval", "namespaces", "filter", "tags", "index-hint"];
const form = '{"name":{"filter":"…","namespaces":[…],"tags":{…},…},…}';

export const customMetrics: Kind<readonly CustomMetric[]> = {
  form,
  secret: false,
  parse(text) {
    const given = { total_things: {}, ...membersOf(jsonOf(text, form), "the value") };
    return metricsOf(given, (name, value) => {
      const metric = membersOf(value, `"${name}"`, names);
      return { ...common(name, metric), labels: labelsOf(name, metric, plain) };
    });
  },
};

const aggregationForm = '{"name":{"group-by":{"label":"attributes/…"},"tags":{…},"filter":"…",…},…}';

export const customAggregationMetrics: Kind<readonly CustomAggregationMetric[]> = {
  form: aggregationForm,
  secret: false,
  parse(text) {
    return metricsOf(membersOf(jsonOf(text, aggregationForm), "the value"), (name, value) => {
      const metric = membersOf(value, `"${name}"`, [...names, "group-by"]);
      const groupBy = groupByOf(name, metric);
      const template = (tag: string) => templateOf(name, tag, groupBy);
      return { ...common(name, metric), groupBy, labels: labelsOf(name, metric, template) };
    });
  },
};

function metricsOf<M extends CustomMetric>(
  given: Members,
  metricOf: (name: string, value: unknown) => M,
): M[] {
  const entries = Object.entries(given);
  if (entries.length > MAX_METRICS) throw new Error(`must have at most ${MAX_METRICS} metrics`);
  const metrics = entries.map(([name, value]) => metricOf(name, value));
  const double = firstDouble(metrics.map(({ name }) => name));
  if (double !== undefined) throw new Error(`must not have two metrics that Prometheus calls ${double}`);
  return metrics;
}

function common(name: string, metric: Members): Omit<CustomMetric, "labels"> {
  const namespaces = textsOf(metric.namespaces ?? [], `"${name}".namespaces`);
  const filter = metric.filter ?? "";
  if (typeof filter !== "string") throw new Error(`must have a text as "${name}".filter`);
  return {
    name: prometheusName(name),
    enabled: flagOf(metric.enabled ?? true, `"${name}".enabled`),
    scrapeInterval: intervalOf(metric["scrape-interval"] ?? 0, `"${name}".scrape-interval`),
    namespaces: namespaces.length === 0 ? undefined : namespaces,
    filter: filter === "" ? undefined : filter,
  };
}

/** Properties of the command line are texts. */
function flagOf(value: unknown, place: string): boolean {
  if (value !== true && value !== false && value !== "true" && value !== "false")
    throw new Error(`must have true or false as ${place}`);
  return String(value) === "true";
}

function intervalOf(value: unknown, place: string): number | undefined {
  const wrong = new Error(`must have a time of at least 1s and up to 24 days as ${place}, or 0`);
  if (typeof value !== "string" && typeof value !== "number") throw wrong;
  let interval: number;
  try {
    interval = keeping.parse(String(value));
  } catch {
    throw wrong;
  }
  if (interval === 0) return undefined;
  if (interval < MIN_INTERVAL_MS || interval > MAX_INTERVAL_MS) throw wrong;
  return interval;
}

function groupByOf(name: string, metric: Members): ReadonlyMap<string, string> {
  const place = `"${name}".group-by`;
  const groupBy = textMapOf(metric["group-by"] ?? {}, place);
  if (groupBy.size === 0) throw new Error(`must have at least one field as ${place}`);
  return groupBy;
}

function labelsOf(name: string, metric: Members, template: (tag: string) => Template): readonly Label[] {
  const tags = textMapOf(metric.tags ?? {}, `"${name}".tags`);
  const labels = [...tags].map(([tag, text]) => ({ name: labelName(tag), template: template(text) }));
  const double = firstDouble(labels.map((label) => label.name));
  if (double !== undefined)
    throw new Error(`must not have two tags in "${name}" that Prometheus calls ${double}`);
  return labels;
}

function templateOf(name: string, text: string, groupBy: ReadonlyMap<string, string>): Template {
  try {
    return compileTemplate(
      text,
      (placeholder) =>
        placeholder.startsWith("group-by:") && groupBy.has(placeholder.slice("group-by:".length)),
    );
  } catch (error) {
    throw new Error(
      `must have texts as "${name}".tags, with placeholders only for its group-by: ${(error as Error).message}`,
    );
  }
}

/** Without groups there is nothing that a placeholder could stand for, and braces are text. */
const plain = (text: string): Template => ({ text, resolve: () => [text] });

/** A map of texts; as in Ditto's configuration other plain values are taken for their text. */
function textMapOf(value: unknown, place: string): ReadonlyMap<string, string> {
  const entries = Object.entries(membersOf(value, place));
  if (entries.length > MAX_NAMES) throw new Error(`must have at most ${MAX_NAMES} names in ${place}`);
  const wrong = entries.find(([, text]) => !["string", "number", "boolean"].includes(typeof text));
  if (wrong) throw new Error(`must have texts in ${place}, which "${wrong[0]}" is not`);
  return new Map(entries.map(([key, text]) => [key, String(text)]));
}

/** What Prometheus does not take in a name becomes `_`, as it does in Ditto's answers. */
const prometheusName = (name: string): string => named(name, /[^a-zA-Z0-9_:]/g);
const labelName = (name: string): string => named(name, /[^a-zA-Z0-9_]/g);

function named(name: string, foreign: RegExp): string {
  const clean = name.replace(foreign, "_");
  if (!/^[a-zA-Z_:]/.test(clean)) throw new Error(`must have names that begin with a letter, not "${name}"`);
  return clean;
}

const firstDouble = (texts: readonly string[]): string | undefined =>
  texts.find((text, i) => texts.indexOf(text) !== i);
