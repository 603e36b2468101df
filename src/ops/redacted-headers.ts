const MASK = "***";

const secret = /authorization|cookie|token|secret|password|api-?key|signature|credential/;

/** The headers of a request as they may be logged: names as they are, and no value that could open anything. */
export function redactedHeaders(
  headers: Readonly<Record<string, string | readonly string[] | undefined>>,
): Readonly<Record<string, string>> {
  const shown: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers))
    if (value !== undefined) shown[name] = secret.test(name.toLowerCase()) ? MASK : String(value);
  return shown;
}
