// What is streamed to who accepts server-sent events (httpapi-sse page).

import type { Answer, Content } from "./openapi.ts";

const eventStream: Content = { "text/event-stream": { schema: { type: "string" } } };

/** An answer that may be a stream as well. */
export const withStream = (answer: Answer): Answer => ({
  ...answer,
  content: { ...answer.content, ...eventStream },
});

/** What a read of a thing, of a part of one, or of several says of its streams. Their parameters mean nothing to a plain read. */
export const streamsOfChanges =
  "With 'Accept: text/event-stream' the changes from now on are streamed, as 'filter', 'extraFields', 'namespaces' and 'fields' ask for " +
  "them; of one thing those of the past with 'from-historical-revision' and 'to-historical-revision', or " +
  "'from-historical-timestamp' and 'to-historical-timestamp'.";
