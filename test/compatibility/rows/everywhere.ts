// Parameters and headers that Ditto documents on every method of every resource: each is tried on all of them.

import { parts, resources } from "../resources.ts";
import { del, get, patch, put, type Row, row } from "../row.ts";

const at = (path: string, query = "") => `{thing}${path}${query}`;
const deletable = resources.filter(({ cannotBeDeleted }) => !cannotBeDeleted);
const unmet = "things:condition.failed";
const failed = "things:precondition.failed";
const condition = "?condition=exists(attributes%2Fnone)";
const met = "?condition=exists(thingId)&channel=twin&timeout=10s";

export const everywhereRows: readonly Row[] = [
  row(
    "?condition, ?channel, ?timeout",
    "are taken by every method of every resource",
    ...resources.flatMap(({ path, value, patch: change }) => [
      get(at(path, condition)).fails(412, unmet),
      put(at(path, condition), value).fails(412, unmet),
      patch(at(path, condition), change).fails(412, unmet),
      get(at(path, met)).gives(200),
      put(at(path, met), value).gives(204),
    ]),
    ...deletable.map(({ path }) => del(at(path, condition)).fails(412, unmet)),
  ),
  row(
    "?response-required, ?requested-acks",
    "are taken by every writing method of every resource",
    ...resources.flatMap(({ path, value, other }) => [
      put(at(path, "?response-required=false"), other).gives(202),
      put(at(path, "?requested-acks=twin-persisted"), value).gives(204),
      patch(at(path, "?response-required=false"), value).gives(202),
      patch(at(path, "?requested-acks=twin-persisted"), value).gives(204),
    ]),
    ...deletable
      .slice(1)
      .flatMap(({ path, value }) => [
        del(at(path, "?requested-acks=twin-persisted")).gives(204),
        put(at(path), value).gives(201),
      ]),
    ...deletable
      .slice(1)
      .flatMap(({ path, value, notFound }) => [
        del(at(path, "?response-required=false")).gives(202),
        get(at(path)).fails(404, notFound),
        put(at(path), value).gives(201),
      ]),
  ),
  row(
    "if-match",
    "is taken by every writing method of every resource",
    ...resources.flatMap(({ path, value, patch: change }) => [
      put(at(path), value, { "if-match": '"hash:other"' }).fails(412, failed),
      patch(at(path), change, { "if-match": '"hash:other"' }).fails(412, failed),
      put(at(path), value, { "if-match": "{etag}" }).gives(204),
    ]),
    ...deletable.map(({ path }) => del(at(path), { "if-match": '"hash:other"' }).fails(412, failed)),
  ),
  row(
    "if-equal",
    "is taken by PUT and PATCH of every resource",
    ...resources.flatMap(({ path, value, patch: change }) => [
      put(at(path), value, { "if-equal": "skip" }).fails(412, failed),
      patch(at(path), value, { "if-equal": "skip" }).fails(412, failed),
      patch(at(path), value, { "if-equal": "skip-minimizing-merge" }).fails(412, failed),
      patch(at(path), change, { "if-equal": "skip-minimizing-merge" }).gives(
        path === "/policyId" ? 412 : 204,
      ),
      put(at(path), value).gives(204),
    ]),
  ),
  row(
    "put-metadata, get-metadata, delete-metadata",
    "are taken by every part of a thing",
    ...parts.flatMap(({ path, value }) => [
      put(at(path), value, { "put-metadata": '[{"key":"/note","value":"n"}]' }).gives(204),
      get(at(path), { "get-metadata": "note" }).gives(200, { headers: { "ditto-metadata": '{"note":"n"}' } }),
      put(at(path), value, { "delete-metadata": "note" }).gives(204),
      get(at(path), { "get-metadata": "note" }).gives(200, { headers: { "ditto-metadata": "{}" } }),
    ]),
  ),
];
