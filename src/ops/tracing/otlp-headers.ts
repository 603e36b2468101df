import type { Kind } from "../setting-kinds.ts";

/** `name=value` pairs between commas, values encoded as in URLs (OpenTelemetry's specification of its exporter). */
export const otlpHeaders: Kind<Readonly<Record<string, string>>> = {
  form: "name=value,…",
  secret: true,
  parse(text) {
    return Object.fromEntries(
      text.split(",").map((pair) => {
        const [, name, value = ""] = /^\s*([\w-]+)\s*=\s*([^\s,]*)\s*$/.exec(pair) ?? [];
        try {
          if (name) return [name.toLowerCase(), decodeURIComponent(value)];
        } catch {
          // told below
        }
        throw new Error("must be pairs of name=value between commas, encoded as in URLs");
      }),
    );
  },
};
