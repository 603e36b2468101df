// `/api/2/predictors/{id}/models/**`: files of models, which come and go as streams.

import type { IncomingMessage } from "node:http";
import type { JsonObject } from "../../../base/json/json.ts";
import { modelTooLarge } from "../../../predictions/errors.ts";
import type { ModelFile } from "../../../predictions/predictors-api.ts";
import { unsupportedMediaType } from "../errors.ts";
import { begun, streamedAnswer } from "../streamed-answer.ts";
import { doneAnswer, locationOf, toldOf, valueAnswer } from "./answers.ts";
import { askedOf, awaited } from "./asked.ts";
import { checksumOf } from "./checksum.ts";
import type { Routes } from "./routes.ts";

const BINARY = "application/octet-stream";

/** What is at all files of a predictor. */
export const modelFiles = (id: string): Routes => ({
  GET: async (request, { predictors }) => {
    const files = await awaited(request, () => predictors.files(askedOf(request, id)));
    return valueAnswer(request, files.map(printFile));
  },
});

/** What is at the file of a version. */
export const modelFile = (id: string, version: string): Routes => ({
  GET: async (request, { predictors, onFault }) => {
    const { file, content } = await predictors.getFile(askedOf(request, id), version);
    const headers = { ...toldOf(request), etag: `"${file.checksum}"` };
    if (isKnown(request.incoming, file)) {
      await content[Symbol.asyncIterator]().return?.();
      return new Response(null, { status: 304, headers });
    }
    const about = {
      "content-type": BINARY,
      "content-length": String(file.bytes),
      "content-digest": `sha-256=:${Buffer.from(file.checksum, "hex").toString("base64")}:`,
      "content-disposition": `attachment; filename="${id.replaceAll(":", "_")}-${version}.onnx"`,
    };
    const told = (error: unknown) => onFault(error, String(request.headers["correlation-id"]));
    return streamedAnswer({ ...headers, ...about }, await begun(content), told);
  },
  PUT: async (request, { predictors, maxModelBytes }) => {
    const { incoming, target } = request;
    checkType(incoming);
    const checksum = checksumOf(incoming, target);
    if (Number(incoming.headers["content-length"] ?? 0) > maxModelBytes) throw modelTooLarge(maxModelBytes);
    const content = upTo(maxModelBytes, incoming);
    const { file, isNew } = await predictors.putFile(askedOf(request, id), version, content, checksum);
    const etag = `"${file.checksum}"`;
    if (!isNew) return doneAnswer(request, { etag });
    const location = locationOf(request, `${id}/models/${version}`);
    return valueAnswer(request, printFile(file), 201, { etag, location });
  },
  DELETE: async (request, { predictors }) => {
    await awaited(request, () => predictors.deleteFile(askedOf(request, id), version));
    return doneAnswer(request);
  },
});

const printFile = ({ version, bytes, checksum, created }: ModelFile): JsonObject => ({
  ...{ version, bytes, checksum },
  created: new Date(created).toISOString(),
});

/** A body without a type is taken for what it is to be. */
function checkType({ headers }: IncomingMessage): void {
  const type = (headers["content-type"] ?? BINARY).split(";", 1)[0]?.trim().toLowerCase() ?? "";
  if (type !== BINARY) throw unsupportedMediaType(type, BINARY);
}

function isKnown({ headers }: IncomingMessage, { checksum }: ModelFile): boolean {
  const tags = (headers["if-none-match"] ?? "").split(",").map((tag) => tag.trim().replace(/^W\//, ""));
  return tags.some((tag) => tag === "*" || tag === `"${checksum}"`);
}

/**
 * The bytes of a body, of which more than so many are refused. The connection stays open when its reader stops, so that he who sends
 * can be told why.
 */
async function* upTo(most: number, incoming: IncomingMessage): AsyncGenerator<Uint8Array> {
  let size = 0;
  for await (const chunk of incoming.iterator({ destroyOnReturn: false })) {
    size += (chunk as Buffer).length;
    if (size > most) throw modelTooLarge(most);
    yield chunk as Buffer;
  }
}
