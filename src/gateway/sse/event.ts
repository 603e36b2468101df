// The text of server-sent events (HTML Living Standard, 9.2), in Ditto's form: no blank after a colon.

/** An event with one line of data; `id` is what a client that connects again sends as `Last-Event-ID`. */
export const eventText = (data: string, id?: string): string =>
  id === undefined ? `data:${data}\n\n` : `data:${data}\nid:${id}\n\n`;

/** An event with a name, whose data may have several lines, whatever ends them. */
export function namedEventText(data: string, name: string): string {
  const lines = data.split(/\r\n|\n|\r/).map((line) => `data:${line}\n`);
  return `${lines.join("")}event:${name.replace(/[\r\n]+/g, " ")}\n\n`;
}

/** The event that only shows that a stream is open; readers do not hear of it. */
export const heartbeatText = eventText("");

/**
 * Whether a list of media ranges (RFC 9110) names event streams, or all of text. A range that takes anything does not: most
 * clients send it with every request.
 */
export function wantsEvents(accepted: string | undefined): boolean {
  if (accepted === undefined || !/text\//i.test(accepted)) return false;
  return accepted.split(",").some((range) => {
    const [type = "", ...parameters] = range.split(";").map((part) => part.trim().toLowerCase());
    return /^text\/(?:\*|event-stream)$/.test(type) && !parameters.some((one) => /^q=0(?:\.0*)?$/.test(one));
  });
}
