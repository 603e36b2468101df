// The uploaded files of models.

import { expect, test } from "vitest";
import type { JsonObject } from "../../../src/base/json/json.ts";
import { JournalUnavailable } from "../../../src/journal/journal.ts";
import { storedPredictions } from "../../../src/predictions/stored/stored-predictions.ts";
import { builtin, onnx, operator, someone } from "./predictors.ts";
import { granted, owned, refusalOf, sha256, start, useDatabase, type World } from "./world.ts";

const database = useDatabase();
const NOT_FOUND = "404 predictors:predictor.notfound";
const forecast: JsonObject = { ...builtin, name: "forecast", version: "2" };

const asked = { id: "watch", caller: operator, headers: {} };
const textOf = async (content: AsyncIterable<Uint8Array>): Promise<string> => {
  const chunks: Uint8Array[] = [];
  for await (const chunk of content) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
};

test("a file is stored, told of, replaced, read and deleted", async () => {
  const { put, upload, predictors, told } = await start(database.opened);
  await put();

  const first = await upload("v1", "first");
  expect(first).toEqual({
    isNew: true,
    file: { version: "v1", bytes: 5, checksum: sha256("first"), created: expect.any(Number) },
  });
  expect(await upload("v1", "second", operator, sha256("second").toUpperCase())).toMatchObject({
    isNew: false,
  });
  expect(await predictors.files(asked)).toMatchObject([{ version: "v1", bytes: 6 }]);
  expect(await textOf((await predictors.getFile(asked, "v1")).content)).toBe("second");
  expect(told.filter((text) => text.includes("file"))).toHaveLength(2);
  await predictors.deleteFile(asked, "v1");
  expect(await refusalOf(predictors.getFile(asked, "v1"))).toBe("404 predictors:model.notfound");
  expect(await refusalOf(predictors.deleteFile(asked, "v1"))).toBe("404 predictors:model.notfound");
});

test.each<[what: string, args: Parameters<World["upload"]>, refusal: string]>([
  ["too large", ["v1", "x".repeat(1_001)], "413 predictors:model.toolarge"],
  ["empty", ["v1", ""], "400 predictors:model.invalid"],
  ["not what was announced", ["v1", "x", operator, sha256("y")], "400 predictors:model.checksum"],
  ["of a bad version", ["v/1"], "400 predictors:model.invalid"],
])("what is %s is not stored", async (_what, args, refusal) => {
  const { put, upload, predictors } = await start(database.opened);
  await put();

  expect(await refusalOf(upload(...args))).toBe(refusal);
  expect(await predictors.files(asked)).toEqual([]);
});

test("a predictor has so many files at most", async () => {
  const { put, upload } = await start(database.opened);
  await put();
  for (const version of ["a", "b", "c"]) await upload(version);

  expect(await refusalOf(upload("d"))).toBe("409 predictors:model.toomany");
  expect(await upload("a")).toMatchObject({ isNew: false });
});

test("what is in use comes once, and stays until another version is active", async () => {
  const { put, upload, activate, predictors, read } = await start(database.opened);
  await put({ model: onnx });
  const inUse = "409 predictors:model.inuse";

  expect(await upload("v1")).toMatchObject({ isNew: true });
  expect(await refusalOf(upload("v1"))).toBe(inUse);
  expect(await refusalOf(predictors.deleteFile(asked, "v1"))).toBe(inUse);
  expect(await refusalOf(activate("v2"))).toBe("404 predictors:model.notfound");
  await upload("v2");
  await activate("v2");
  expect((await read()).value).toMatchObject({ model: { type: "onnx", version: "v2" } });
  await predictors.deleteFile(asked, "v1");
  expect(await refusalOf(activate("v1"))).toBe("404 predictors:model.notfound");
});

test("files go with their predictor, and those that a crash left at the next start", async () => {
  const before = await start(database.opened);
  await before.put();
  await before.upload("v1");
  await before.command("delete");
  await before.put();
  expect(await before.predictors.files(asked)).toEqual([]);

  await before.upload("v1");
  await database.forgetHistory();
  const after = await start(database.opened);
  await after.put();
  expect(await after.predictors.files(asked)).toEqual([]);
});

test("a file of a predictor that is deleted while it comes is not stored", async () => {
  const { put, predictors, command } = await start(database.opened);
  await put();
  const coming = Promise.withResolvers<void>();
  async function* content() {
    yield Buffer.from("a");
    await coming.promise;
    yield Buffer.from("b");
  }

  const uploading = predictors.putFile(asked, "v1", content(), undefined);
  await command("delete");
  coming.resolve();

  expect(await refusalOf(uploading)).toBe(NOT_FOUND);
});

test("baselines are those of versions that there are", async () => {
  const { put, predictors, told } = await start(database.opened);
  await put({ shadow: [forecast] });

  await predictors.resetBaseline(asked, "2");
  await predictors.resetBaseline(asked);
  expect(told.slice(-2)).toEqual(["watch baseline 2", "watch baseline undefined"]);
  expect(await refusalOf(predictors.resetBaseline(asked, "nope"))).toBe("404 predictors:model.notfound");
});

/** A sender who sends some bytes and then nothing more, until he is told to. */
function slowly(text = "a") {
  const { promise, resolve } = Promise.withResolvers<void>();
  async function* content() {
    yield Buffer.from(text);
    await promise;
    yield Buffer.from(text);
  }
  return { content: content(), goOn: resolve };
}

test("a file of a version in use comes only from who has all the subjects that the predictor acts for", async () => {
  const { put, upload, predictors, activate } = await start(database.opened, granted);
  await put({
    ...owned,
    authorizationContext: ["nginx:boss"],
    model: onnx,
    shadow: [{ ...onnx, version: "v2" }],
  });
  const writer = someone("acme:writer");
  const notAllowed = "403 predictors:subjects.notallowed";

  expect(await refusalOf(upload("v1", "mine", writer))).toBe(notAllowed);
  expect(await refusalOf(upload("v2", "mine", writer))).toBe(notAllowed);
  expect(await predictors.files(asked)).toEqual([]);
  expect(await upload("v3", "mine", writer)).toMatchObject({ isNew: true });
  expect(await refusalOf(activate("v3", writer))).toBe(notAllowed);
  expect(await upload("v1", "theirs", someone("acme:writer", "nginx:boss"))).toMatchObject({ isNew: true });
  expect(await upload("v2", "theirs")).toMatchObject({ isNew: true });
});

test("a version that becomes used while its file comes is judged as one in use", async () => {
  const { put, patch, predictors } = await start(database.opened, granted);
  await put({ ...owned, authorizationContext: ["nginx:boss"], model: onnx });
  const { content, goOn } = slowly();
  const uploading = predictors.putFile(
    { ...asked, caller: someone("acme:writer") },
    "v2",
    content,
    undefined,
  );
  await patch({ shadow: [{ ...onnx, version: "v2" }] });
  goOn();

  expect(await refusalOf(uploading)).toBe("403 predictors:subjects.notallowed");
});

test("slow senders keep nobody else from uploading, and each has his share of the places", async () => {
  const limits = { atOnce: 4, ofOne: 3, silenceMs: 60_000 };
  const { put, upload, predictors } = await start(database.opened, granted, { uploads: limits });
  await put(owned);
  const slow = ["a", "b", "c"].map((version) => ({ version, ...slowly() }));
  const uploading = slow.map(({ version, content }) =>
    predictors.putFile({ ...asked, caller: someone("acme:all") }, version, content, undefined),
  );
  const busy = "503 predictors:model.unavailable";

  expect(await refusalOf(upload("d", "x", someone("acme:all")))).toBe(busy);
  expect(await upload("d", "x", someone("acme:writer"))).toMatchObject({ isNew: true });
  const last = slowly();
  const another = predictors.putFile(asked, "d", last.content, undefined);
  expect(await refusalOf(upload("e", "x", someone("acme:writer")))).toBe(busy);

  for (const { goOn } of [...slow, last]) goOn();
  await Promise.allSettled([...uploading, another]);
  expect(await another).toMatchObject({ isNew: false });
  expect(await upload("d", "y", someone("acme:all"))).toMatchObject({ isNew: false });
});

test("a sender who falls silent is sent away", async () => {
  const limits = { atOnce: 1, ofOne: 1, silenceMs: 50 };
  const { put, upload, predictors } = await start(database.opened, {}, { uploads: limits });
  await put();

  expect(await refusalOf(predictors.putFile(asked, "v1", slowly().content, undefined))).toBe(
    "408 predictors:model.timeout",
  );
  expect(await upload("v1")).toMatchObject({ isNew: true });
});

test("uploads end when the server stops, and leave nothing", async () => {
  const { put, predictors } = await start(database.opened);
  await put();
  const uploading = [
    predictors.putFile(asked, "v1", slowly("x".repeat(400)).content, undefined),
    predictors.putFile(asked, "v2", slowly().content, undefined),
  ].map(refusalOf);
  await new Promise((resolve) => setTimeout(resolve, 50));

  predictors.endUploads();
  const unavailable = "503 predictors:predictor.unavailable";
  expect(await Promise.all(uploading)).toEqual([unavailable, unavailable]);
  expect(await refusalOf(predictors.putFile(asked, "v1", slowly().content, undefined))).toBe(unavailable);
  await predictors.stop();
  expect(await database.opened.database.query("select upload from predictor_file_part", [])).toEqual([]);
});

test("an upload that is coming as the predictors stop does not keep them", async () => {
  const { put, predictors } = await start(database.opened);
  await put();
  const refusal = refusalOf(predictors.putFile(asked, "v1", slowly().content, undefined));

  await predictors.stop();

  expect(await refusal).toBe("503 predictors:predictor.unavailable");
});

test("preconditions are held against the checksum of the file", async () => {
  const { put, predictors } = await start(database.opened);
  await put();
  const upload = (text: string, headers: Readonly<Record<string, string>>) =>
    predictors.putFile(
      { ...asked, headers },
      "v1",
      (async function* () {
        yield Buffer.from(text);
      })(),
      undefined,
    );
  const failed = "412 predictors:precondition.failed";
  const first = `"${sha256("first")}"`;

  expect(await refusalOf(upload("first", { "if-match": "*" }))).toBe(failed);
  expect(await upload("first", { "if-none-match": "*" })).toMatchObject({ isNew: true });
  expect(await refusalOf(upload("second", { "if-none-match": "*" }))).toBe(failed);
  expect(await refusalOf(upload("second", { "if-match": `"${sha256("other")}"` }))).toBe(failed);
  expect(await upload("second", { "if-match": first })).toMatchObject({ isNew: false });
  expect(await refusalOf(predictors.deleteFile({ ...asked, headers: { "if-match": first } }, "v1"))).toBe(
    failed,
  );
  await predictors.deleteFile({ ...asked, headers: { "if-match": `"${sha256("second")}"` } }, "v1");
  expect(await predictors.files(asked)).toEqual([]);
});

test("a file that was put in another's place while it came loses by its precondition", async () => {
  const { put, upload, predictors } = await start(database.opened);
  await put();
  const { content, goOn } = slowly();
  const headers = { "if-none-match": "*" };
  const uploading = predictors.putFile({ ...asked, headers }, "v1", content, undefined);
  await upload("v1", "the other's");
  goOn();

  expect(await refusalOf(uploading)).toBe("412 predictors:precondition.failed");
  expect(await textOf((await predictors.getFile(asked, "v1")).content)).toBe("the other's");
});

test("what is told of a file is of the content that comes with it, which is refused where it is another by then", async () => {
  const { put, upload, predictors } = await start(database.opened);
  await put();
  await upload("v1", "first");

  const { file, content } = await predictors.getFile(asked, "v1");
  await upload("v1", "the second");

  expect(file).toMatchObject({ bytes: 5, checksum: sha256("first") });
  expect(await refusalOf(textOf(content))).toBe("503 predictors:predictor.unavailable");
});

test("files of a new predictor stay, though the end of the one before takes its time", async () => {
  const store = storedPredictions(database.opened.database);
  const { promise: mayForget, resolve: goOn } = Promise.withResolvers<void>();
  const { put, upload, command, predictors } = await start(
    database.opened,
    {},
    {
      runtime: {
        async changed(predictor, id) {
          if (predictor) return;
          await mayForget;
          await store.forget(id);
        },
        fileStored: () => undefined,
        status: () => undefined,
        resetBaseline: async () => undefined,
      },
    },
  );
  await put();
  await upload("v1", "old");
  const deleting = command("delete");
  await new Promise((resolve) => setTimeout(resolve, 50));
  const creating = put();
  await Promise.race([creating, new Promise((resolve) => setTimeout(resolve, 200))]);
  goOn();
  await Promise.all([deleting, creating]);
  await upload("v1", "new");

  expect(await predictors.files(asked)).toMatchObject([{ bytes: 3, checksum: sha256("new") }]);
});

test("nothing of an earlier predictor reaches a new one, though it could not be forgotten before", async () => {
  const store = storedPredictions(database.opened.database);
  let isAway = false;
  const forget = async (id: string) => {
    if (isAway) throw new JournalUnavailable("away");
    await store.forget(id);
  };
  const { put, upload, command, predictors } = await start(
    database.opened,
    {},
    {
      store: { ...store, forget },
      runtime: {
        changed: () => undefined, // as where it fails
        fileStored: () => undefined,
        status: () => undefined,
        resetBaseline: async () => undefined,
      },
    },
  );
  await put();
  await upload("v1");
  await store.putStates("watch", [{ thingId: "n:t", revision: 1, fingerprint: "f", state: "1" }]);
  await store.putBaseline("watch", "v1", "1");
  await store.putActiveSince("watch", 1);
  await command("delete");

  isAway = true;
  expect(await refusalOf(put())).toBe("503 predictors:predictor.unavailable");
  isAway = false;
  expect(await put()).toMatchObject({ status: 201 });
  expect(await predictors.files(asked)).toEqual([]);
  expect(await store.predictorIds()).toEqual([]);
});
