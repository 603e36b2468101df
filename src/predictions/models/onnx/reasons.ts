// What the runtime says of a failure, made fit for people.

const MOST_LENGTH = 400;

/** Without the places in the runtime's own source, and not too long. */
export function plainReason(detail: string): string {
  return detail
    .slice(0, 4 * MOST_LENGTH)
    .replaceAll(/\S{1,200}\.(?:cc|h):\d{1,6}:?\s/g, "")
    .replace(/^[\w ]{1,50}onnxruntime::[^*]{0,600}\) (?=[A-Z])/, "")
    .replaceAll(/\s+/g, " ")
    .slice(0, MOST_LENGTH)
    .trim();
}
