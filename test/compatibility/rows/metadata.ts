// Metadata: put, read and deleted by headers.

import { command, del, get, patch, put, type Row, row } from "../row.ts";

const colour = "{thing}/attributes/colour";
const metadata = "{thing}?fields=_metadata";
const puts = (...entries: readonly (readonly [string, unknown])[]) => ({
  "put-metadata": JSON.stringify(entries.map(([key, value]) => ({ key, value }))),
});
const ofColour = (value: object) => ({ body: { _metadata: { attributes: { colour: value } } } });

export const metadataRows: readonly Row[] = [
  row(
    "put-metadata",
    "a key is relative to what is written; what is there already stays",
    put(colour, "blue", puts(["unit", "none"])).gives(204),
    patch(
      "{thing}",
      { attributes: { colour: "green" } },
      puts(["/attributes/colour/by", { name: "me" }]),
    ).gives(204),
    get(metadata).gives(200, ofColour({ unit: "none", by: { name: "me" } })),
  ),
  row(
    "put-metadata",
    "`*/key` stands for every value written, `*` in the path for one level of features and properties",
    put(
      "{thing}-new",
      {
        policyId: "org.acme:policy",
        attributes: { a: 1, o: { x: 1 } },
        features: { f: { properties: { p: 1, q: 2 } } },
      },
      puts(["features/*/properties/*/unit", "u"], ["*/at", 5]),
    ).gives(201),
    get("{thing}-new?fields=_metadata").gives(200, {
      body: {
        _metadata: {
          thingId: { at: 5 },
          policyId: { at: 5 },
          attributes: { a: { at: 5 }, o: { x: { at: 5 } } },
          features: { f: { properties: { p: { at: 5, unit: "u" }, q: { at: 5, unit: "u" } } } },
        },
      },
    }),
  ),
  row(
    "put-metadata",
    "what is no JSON array is ignored",
    put(colour, "blue", { "put-metadata": "nonsense" }).gives(204),
    get(metadata).gives(200, { body: {} }),
  ),
  row(
    "put-metadata",
    "over WebSocket it is a JSON array in the headers",
    command("modify", "/attributes/colour", {
      value: "blue",
      headers: { "put-metadata": [{ key: "unit", value: "none" }] },
    }).answers({ status: 204 }),
    get(metadata).gives(200, ofColour({ unit: "none" })),
  ),
  row(
    "put-metadata",
    "goes with the value that it is about",
    put(colour, "blue", puts(["unit", "none"])).gives(204),
    del(colour).gives(204),
    get(metadata).gives(200, { text: /^(?!.*unit)/ }),
  ),
  row(
    "get-metadata",
    "asks for `ditto-metadata` in the answer, relative to what is read",
    put(colour, "blue", puts(["unit", "none"], ["other", 1])).gives(204),
    get(colour, { "get-metadata": "unit" }).gives(200, {
      body: "blue",
      headers: { "ditto-metadata": '{"unit":"none"}' },
    }),
    get("{thing}", { "get-metadata": "attributes/colour/unit" }).gives(200, {
      headers: { "ditto-metadata": '{"attributes":{"colour":{"unit":"none"}}}' },
    }),
  ),
  row(
    "get-metadata",
    "`*` in the path stands for one level",
    put("{thing}/features/light/properties/on", true, puts(["unit", "u"])).gives(204),
    get("{thing}", { "get-metadata": "features/light/properties/*/unit" }).gives(200, {
      headers: { "ditto-metadata": '{"features":{"light":{"properties":{"on":{"unit":"u"}}}}}' },
    }),
  ),
  row(
    "delete-metadata",
    "removes it along with a write",
    put(colour, "blue", puts(["unit", "none"], ["other", 1])).gives(204),
    put(colour, "green", { "delete-metadata": "unit" }).gives(204),
    get(metadata).gives(200, ofColour({ other: 1 })),
  ),
  row(
    "delete-metadata",
    "beside `put-metadata` is refused",
    put(colour, "blue", { "delete-metadata": "unit", ...puts(["other", 1]) }).fails(
      400,
      "things:metadata.headersconflict",
    ),
  ),
  row(
    "ditto-metadata",
    "is in the answer over WebSocket as well",
    put(colour, "blue", puts(["unit", "none"])).gives(204),
    command("retrieve", "/attributes/colour", { headers: { "get-metadata": "unit" } }).answers({
      status: 200,
      headers: { "ditto-metadata": { unit: "none" } },
    }),
  ),
  row(
    "?fields",
    "`_metadata` is selected as a whole or in parts",
    put(colour, "blue", puts(["unit", "none"], ["other", 1])).gives(204),
    get("{thing}?fields=thingId,_metadata/attributes/colour/unit").gives(200, {
      body: { thingId: "{id}", _metadata: { attributes: { colour: { unit: "none" } } } },
    }),
  ),
];
