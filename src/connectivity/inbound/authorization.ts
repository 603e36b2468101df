// Whom the messages of a source speak for (basic-connections page, placeholder for source authorization subjects).

import { headerPlaceholder } from "../../base/placeholders/header.ts";
import type { AuthContext } from "../../signals/signal.ts";
import type { ExternalHeaders } from "../external-message.ts";
import { isSubjectPlaceholder } from "../placeholders/scope.ts";
import { textOf } from "../placeholders/texts.ts";
import { placeholderUnresolved } from "./errors.ts";

/**
 * Compiles the authorization context of a source. What it gives refuses a message that lacks a header which a subject names
 * with `placeholder:unresolved`: it must not speak for fewer subjects than its operator thinks.
 */
export function authorizationOf(subjects: readonly string[]): (headers: ExternalHeaders) => AuthContext {
  const texts = subjects.map((subject) => textOf(subject, isSubjectPlaceholder));
  if (!subjects.some((subject) => subject.includes("{{") || subject.includes("${"))) {
    const fixed = { subjects };
    return () => fixed;
  }
  return (headers) => {
    const values = headerPlaceholder(headers);
    const resolved = texts.flatMap((text) => {
      const all = text.all(values);
      if (all.length === 0) throw placeholderUnresolved(text.text);
      return all;
    });
    return { subjects: [...new Set(resolved)] };
  };
}
