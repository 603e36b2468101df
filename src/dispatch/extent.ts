// How large an entity is: in characters, which its limit counts, and in memory, which the cache counts.

/** What an entity takes beside its JSON, in bytes. */
const OVERHEAD = 600;
/** A character of JSON: in the strings of the entity, and in its text once that was asked for. Beyond Latin-1 each takes twice as much. */
const CHARACTER = 2;
/** What an object, an array, or one of what is in them takes beside its characters: their headers, slots and numbers. */
const VALUE = 32;
/** A character of a path, whose keys may bring objects along. */
const PATH_CHARACTER = 6;

/** Upper bounds, which are measured anew now and then. */
export interface Extent {
  /** Length of the JSON text, with that of the metadata. */
  readonly characters: number;
  /** The same, when it was measured last. */
  readonly measured: number;
  /** About how many bytes of memory that takes, rather more than less. */
  readonly bytes: number;
}

type Text = string | null | undefined;

/** That of an entity of which these are the JSON texts. */
export function extentOf(...texts: readonly Text[]): Extent {
  const { characters, bytes } = extended({ characters: 0, measured: 0, bytes: OVERHEAD }, texts);
  return { characters, measured: characters, bytes };
}

/** That of an entity into which something came: these JSON texts, and so many characters for their path. */
export function extended(extent: Extent, texts: readonly Text[], path = 0): Extent {
  let characters = extent.characters + path;
  let bytes = extent.bytes + PATH_CHARACTER * path;
  for (const text of texts) {
    if (!text) continue;
    characters += text.length;
    bytes += bytesOf(text);
  }
  return { characters, measured: extent.measured, bytes };
}

function bytesOf(text: string): number {
  let values = 0;
  let isWide = false;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === 0x2c || code === 0x7b || code === 0x5b)
      values++; // , { [
    else if (code > 0xff) isWide = true;
  }
  return (isWide ? 2 : 1) * CHARACTER * text.length + VALUE * values;
}
