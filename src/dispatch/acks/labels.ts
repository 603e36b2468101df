// Labels of acknowledgements: those of the server itself, and what is shown of the others (basic-acknowledgements page).

export const TWIN_PERSISTED = "twin-persisted";
export const LIVE_RESPONSE = "live-response";
export const SEARCH_PERSISTED = "search-persisted";

/** The labels that the server acknowledges itself. */
const builtIn: ReadonlySet<string> = new Set([TWIN_PERSISTED, LIVE_RESPONSE, SEARCH_PERSISTED]);

/** The requested labels that others see in events, and who asked in answers: without those of the server. */
export const customLabels = (labels: readonly string[]): readonly string[] =>
  labels.filter((label) => !builtIn.has(label));

/** What the header `requested-acks` of an answer says; absent where only labels of the server were requested. */
export function shownLabels(labels: readonly string[]): readonly string[] | undefined {
  const custom = customLabels(labels);
  return custom.length > 0 || labels.length === 0 ? custom : undefined;
}
