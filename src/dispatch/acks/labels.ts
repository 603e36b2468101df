// Labels of acknowledgements, and the header `requested-acks` that lists them (basic-acknowledgements page).

import { isArray, type JsonValue } from "../../base/json/json.ts";
import { parseJson } from "../../base/json/parse.ts";
import { requestedAcksInvalid } from "./errors.ts";

export const TWIN_PERSISTED = "twin-persisted";
export const LIVE_RESPONSE = "live-response";

/** The labels that the server acknowledges itself. */
const builtIn: ReadonlySet<string> = new Set([TWIN_PERSISTED, LIVE_RESPONSE, "search-persisted"]);

const labelPattern = /^(?:\{\{\s*[a-z]+:[a-z]+\s*\}\}:)?[\w:-]{3,165}$/;

/** As many labels as fit the 5,000 bytes that Ditto's headers may have: each may come back as an error of its own. */
const MAX_LABELS = 1250;
/** No HTTP request has a longer header. */
const MAX_LENGTH = 65_536;

/** Labels in the order of the request, each once; refuses what is no list of them with `header.invalid`. */
function checkLabels(values: readonly JsonValue[], given: JsonValue): readonly string[] {
  const labels = new Set(values);
  const areLabels = values.every((label) => typeof label === "string" && labelPattern.test(label));
  if (!areLabels || labels.size > MAX_LABELS) throw requestedAcksInvalid(shown(given));
  return [...labels] as string[];
}

const shown = (given: JsonValue): string =>
  (typeof given === "string" ? given : JSON.stringify(given)).slice(0, 200);

/** The labels of the header of an HTTP request: a JSON array, or a list between commas. */
export function labelsOfText(text: string): readonly string[] {
  const array = arrayOf(text);
  if (array) return checkLabels(array, text);
  const items = text.split(",").filter((item) => item !== "");
  return checkLabels(
    items.map((item) => item.trim()),
    text,
  );
}

/** The labels of the header of a protocol message: a JSON array, or the text of one. */
export function labelsOfValue(value: JsonValue): readonly string[] {
  const array = typeof value === "string" ? arrayOf(value) : value;
  if (!isArray(array)) throw requestedAcksInvalid(shown(value));
  return checkLabels(array, value);
}

function arrayOf(text: string): readonly JsonValue[] | undefined {
  if (text.length > MAX_LENGTH) throw requestedAcksInvalid(shown(text));
  if (!text.startsWith("[")) return undefined;
  try {
    const value = parseJson(text);
    return isArray(value) ? value : undefined;
  } catch {
    return undefined; // then it may still be a list between commas
  }
}

/** The requested labels that others see in events, and who asked in answers: without those of the server. */
export const customLabels = (labels: readonly string[]): readonly string[] =>
  labels.filter((label) => !builtIn.has(label));

/** What the header `requested-acks` of an answer says; absent where only labels of the server were requested. */
export function shownLabels(labels: readonly string[]): readonly string[] | undefined {
  const custom = customLabels(labels);
  return custom.length > 0 || labels.length === 0 ? custom : undefined;
}
