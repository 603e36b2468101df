// Runs beside the server, since a megabyte of keys takes a tenth of a second. See thread.ts.

import { parentPort } from "node:worker_threads";
import { TwinError } from "../../base/errors.ts";
import { standBack } from "../../base/stand-back.ts";
import { judge } from "./judge.ts";
import type { Answer, Question } from "./messages.ts";

standBack();
parentPort?.on("message", (question: Question) => {
  parentPort?.postMessage(answerTo(question));
});

function answerTo({ id, large }: Question): Answer {
  try {
    return { id, judged: judge(large) };
  } catch (error) {
    if (!(error instanceof TwinError)) throw error;
    const { code, status, text } = error;
    return { id, refusal: { code, status, text } };
  }
}
