// The headers `requested-acks` and `declared-acks`, lists of labels of acknowledgements (basic-acknowledgements page).

import { isArray, type JsonValue } from "../base/json/json.ts";
import { parseJson } from "../base/json/parse.ts";

const labelPattern = /^(?:\{\{\s*[a-z]+:[a-z]+\s*\}\}:)?[\w:-]{3,165}$/;

/** Whether a text is a label of an acknowledgement. */
export const isLabel = (text: string): boolean => labelPattern.test(text);

/** As many labels as fit the 5,000 bytes that Ditto's headers may have: each may come back as an error of its own. */
const MAX_LABELS = 1250;

/** The labels of the header of an HTTP request: a JSON array, or a list between commas; `undefined` where it is neither. */
export function labelsOfText(text: string): readonly string[] | undefined {
  const array = arrayOf(text);
  if (array) return checkLabels(array);
  const items = text.split(",").filter((item) => item !== "");
  return checkLabels(items.map((item) => item.trim()));
}

/** The labels of the header of a protocol message: a JSON array, or the text of one; `undefined` where it is neither. */
export function labelsOfValue(value: JsonValue): readonly string[] | undefined {
  const array = typeof value === "string" ? arrayOf(value) : value;
  return isArray(array) ? checkLabels(array) : undefined;
}

function arrayOf(text: string): readonly JsonValue[] | undefined {
  if (!text.startsWith("[")) return undefined;
  try {
    const value = parseJson(text);
    return isArray(value) ? value : undefined;
  } catch {
    return undefined; // then it may still be a list between commas
  }
}

/** Labels in the order of the request, each once. */
function checkLabels(values: readonly JsonValue[]): readonly string[] | undefined {
  const labels = new Set(values);
  const areLabels = values.every((label) => typeof label === "string" && isLabel(label));
  return areLabels && labels.size <= MAX_LABELS ? ([...labels] as string[]) : undefined;
}
