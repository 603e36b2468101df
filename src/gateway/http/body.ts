// Reading a request's body: bounded, in UTF-8, of an accepted media type.

import { isUtf8 } from "node:buffer";
import type { IncomingMessage } from "node:http";
import type { TwinError } from "../../base/errors.ts";
import { emptyJsonBody, invalidJson } from "../../base/json/errors.ts";
import type { JsonValue } from "../../base/json/json.ts";
import { JSON_PATCH } from "../../base/json/json-patch.ts";
import { refuseEmptyKeys } from "../../base/json/keys.ts";
import { parseJson, parseStored } from "../../base/json/parse.ts";
import { judge } from "../large-json/judge.ts";
import type { LargeBody } from "../large-json/messages.ts";
import { LARGE_JSON, largeJson } from "../large-json/thread.ts";
import { restAfter } from "../throttling/arrivals.ts";
import { PIECE, readOnInTurn } from "../throttling/in-pieces.ts";
import { overloaded } from "../throttling/overloaded.ts";
import { underWayTo } from "../throttling/under-way.ts";
import { unsupportedMediaType, unsupportedPatchType } from "./errors.ts";
import { LARGE, turnOfLarge } from "./large-bodies.ts";
import { giveUp, isInCrumbs, throwAway } from "./unwanted-body.ts";

/** What the body of a PATCH may be: Ditto's merge, and JSON Patch (RFC 6902), which is this server's addition. */
export type PatchFormat = "merge-patch" | "json-patch";

const mediaType = (contentType: string | undefined): string =>
  contentType?.split(";", 1)[0]?.trim().toLowerCase() ?? "";

/** Refuses a media type that a JSON body may not have; a body without one is taken for JSON. */
export function checkMediaType(contentType: string | undefined, accepted: readonly string[]): void {
  const type = mediaType(contentType);
  if (type !== "" && type !== "application/json" && !accepted.includes(type)) {
    throw unsupportedMediaType(type, ["application/json", ...accepted].join(" or "));
  }
}

/** The format of a patch by its media type; any other is refused. */
export function patchFormatOf(contentType: string | undefined): PatchFormat {
  const type = mediaType(contentType);
  if (type === "application/merge-patch+json") return "merge-patch";
  if (type === JSON_PATCH) return "json-patch";
  throw unsupportedPatchType(type);
}

/** The most characters that the compact text of a body may have, and who sends it. */
export interface BodyLimits extends Pick<LargeBody, "most" | "beside"> {
  readonly whose?: string | undefined;
}

/**
 * Reads a JSON body. One beyond `maxBytes` is refused with `tooLarge` without being read to its end; the rest of
 * it is thrown away. So is one whose text is longer than it may be, however it came: by default as long as it may come.
 */
export async function readJson(
  incoming: IncomingMessage,
  maxBytes: number,
  tooLarge: (size: number) => TwinError,
  { most, beside, whose = "" }: BodyLimits = { most: maxBytes },
): Promise<JsonValue> {
  const bytes = await received(incoming, maxBytes, tooLarge);
  if (bytes.length === 0) throw emptyJsonBody();
  if (bytes.length > Math.min(LARGE_JSON, most))
    return parseStored(await shortened({ is: "body", bytes, most, beside }, whose, tooLarge));
  if (!isUtf8(bytes)) throw invalidJson("It is not encoded in UTF-8.");
  const value = parseJson(bytes.toString());
  refuseEmptyKeys(value);
  return value;
}

/** The compact text of a body, judged in the thread where that takes long. */
async function shortened(
  body: LargeBody,
  whose: string,
  tooLarge: (size: number) => TwinError,
): Promise<string> {
  const { text, excess } = body.bytes.length > LARGE_JSON ? await largeJson.judge(body, whose) : judge(body);
  if (excess !== undefined) throw tooLarge(excess);
  return text;
}

/**
 * Reads a body as it is; one beyond `maxBytes` is refused as {@link readJson} does, and with 503 the one that has been under way for the
 * longest while too much is under way in all. A large one is only given when it is its turn.
 */
export const readBytes = (
  incoming: IncomingMessage,
  maxBytes: number,
  tooLarge: (size: number) => TwinError,
): Promise<Buffer> => received(incoming, maxBytes, tooLarge, turnOfLarge);

/** Receives a body; a large one counts as under way until it is its `turn`. */
function received(
  incoming: IncomingMessage,
  maxBytes: number,
  tooLarge: (size: number) => TwinError,
  turn?: () => Promise<void>,
): Promise<Buffer> {
  const announced = Number(incoming.headers["content-length"] ?? 0);
  return new Promise((resolve, reject) => {
    let chunks: Buffer[] = [];
    let size = 0;
    let piece = 0;
    if (announced > maxBytes) {
      throwAway(incoming);
      reject(tooLarge(announced));
      return;
    }
    const refuse = (refusal: TwinError): void => {
      size = Number.POSITIVE_INFINITY;
      incoming.off("data", receive);
      chunks = [];
      underWay.end();
      reject(refusal);
    };
    const shed = (why: string): void => {
      refuse(overloaded(why));
      incoming.resume();
      giveUp(incoming);
    };
    const underWay = underWayTo(incoming.socket).begin(() => shed("is receiving more"));
    function receive(chunk: Buffer): void {
      size += chunk.length;
      if (size > maxBytes) {
        refuse(tooLarge(size));
        throwAway(incoming);
      } else if (isInCrumbs(chunks.push(chunk), size)) {
        restAfter(incoming.socket);
        shed("is sent a body in more pieces");
      } else underWay.grow(chunk.length);
      piece += chunk.length;
      if (piece < PIECE || size === announced || size > maxBytes) return;
      piece = 0;
      readOnInTurn(incoming.socket);
    }
    incoming.on("data", receive);
    const done = (): void => {
      underWay.end();
      if (size <= maxBytes) resolve(chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks));
      chunks = []; // the request may wait for long, and keeps its listeners
    };
    let isWhole = false;
    incoming.on("end", () => {
      isWhole = true;
      if (turn && size > LARGE) void turn().then(done);
      else done();
    });
    incoming.on("close", () => {
      if (!isWhole) underWay.end();
    });
    incoming.on("error", reject);
  });
}
