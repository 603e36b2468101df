// Why a predictor, a file of a model, or a command about one is refused.

import { defineError } from "../base/errors.ts";

const again = "Correct it and send the request again.";

/** Something in a predictor cannot be; `field` is a JSON pointer, as `/inputs/0/path`. */
export const predictorInvalid = defineError(
  "predictors:predictor.invalid",
  400,
  (field: string, reason: string) => ({
    message: `The predictor cannot be so: ${reason} (${field === "" ? "/" : field})`,
    description: again,
  }),
);

export const predictorIdInvalid = defineError("predictors:predictor.id.invalid", 400, (id: string) => ({
  message: `'${shown(id)}' is no ID of a predictor.`,
  description: "It is made of 1 to 100 letters, digits, '_', '.', ':' and '-', and is neither '.' nor '..'.",
}));

/** Also told to who may not even see it. */
export const predictorNotFound = defineError("predictors:predictor.notfound", 404, (id: string) => ({
  message: `There is no predictor '${shown(id)}', or the one asking may not see it.`,
  description: "Check the ID, and whether the policy of the predictor grants READ on 'predictor:/'.",
}));

export const predictorNotModifiable = defineError(
  "predictors:predictor.notmodifiable",
  403,
  (id: string) => ({
    message: `The predictor '${shown(id)}' may not be changed so by the one asking.`,
    description:
      "The policy of the predictor, before and after the change, must grant WRITE on 'predictor:/'.",
  }),
);

/** Who is no operator names the policy that lets him change it. */
export const predictorPolicyMissing = defineError(
  "predictors:predictor.notmodifiable",
  403,
  (id: string) => ({
    message: `The predictor '${shown(id)}' names no policy, as only operators may have it.`,
    description: "Name a policy in 'policyId' that grants WRITE on 'predictor:/'.",
  }),
);

export const trainingDataNotAllowed = defineError(
  "predictors:trainingdata.notallowed",
  403,
  (id: string) => ({
    message: `The training data of the predictor '${shown(id)}' may not be read by the one asking.`,
    description: "The policy of the predictor must grant EXECUTE on 'predictor:/'.",
  }),
);

export const subjectsNotAllowed = defineError("predictors:subjects.notallowed", 403, (subject: string) => ({
  message: `The one asking does not speak for the subject '${shown(subject)}', for which the predictor would act.`,
  description: "Name only subjects of your own in 'authorizationContext', or have an operator do it.",
}));

/** The database does not take the change, or the server stops; whether it was written is not known. */
export const predictorUnavailable = defineError("predictors:predictor.unavailable", 503, (id: string) => ({
  message: `The predictor '${shown(id)}' is not available at the moment.`,
  description: "Try again later.",
}));

/** What the journal holds was written by another server, or is damaged. */
export const predictorUnreadable = defineError("predictors:internalerror", 500, (id: string) => ({
  message: `The predictor '${shown(id)}' cannot be read from the database.`,
  description: "Replace it as a whole, or delete it.",
}));

export const predictorPreconditionFailed = defineError(
  "predictors:precondition.failed",
  412,
  (header: string, expected: string, actual: string) => ({
    message: `The precondition '${header}: ${expected}' does not hold; the entity tag is ${actual}.`,
    description: "Read the predictor again and repeat the change if it still applies.",
  }),
);

export const tooManyPredictors = defineError("predictors:predictor.toomany", 409, (most: number) => ({
  message: `There are ${most} predictors already.`,
  description: "Delete one, or raise PREDICTIONS_MAX_PREDICTORS.",
}));

/** Of those that act for one subject. */
export const tooManyOfSubject = defineError(
  "predictors:predictor.toomany",
  409,
  (subject: string, most: number) => ({
    message: `There are ${most} predictors already that act for the subject '${shown(subject)}'.`,
    description: "Delete one, have an operator do it, or raise PREDICTIONS_MAX_OF_SUBJECT.",
  }),
);

export const rollbackImpossible = defineError("predictors:rollback.impossible", 409, (id: string) => ({
  message: `The history of the predictor '${shown(id)}' holds no other model to go back to.`,
  description: "Put the model that is wanted.",
}));

/** No version of the predictor is called so; of an ONNX model: no file was uploaded for it. */
export const modelNotFound = defineError("predictors:model.notfound", 404, (version: string) => ({
  message: `The predictor has no model of the version '${shown(version)}'.`,
  description: "It is to be one of its shadows or its canary, and for ONNX to have its file uploaded.",
}));

export const modelInUse = defineError("predictors:model.inuse", 409, (version: string) => ({
  message: `The file of the version '${shown(version)}' is in use.`,
  description: "Activate another version first, or upload the file as a new version.",
}));

export const modelTooLarge = defineError("predictors:model.toolarge", 413, (most: number) => ({
  message: `The file of the model has more than ${most} bytes.`,
  description: "Send a smaller one, or raise PREDICTIONS_MODEL_MAX_SIZE.",
}));

export const tooManyModels = defineError("predictors:model.toomany", 409, (most: number) => ({
  message: `The predictor has ${most} files of models already.`,
  description: "Delete one that is not in use, or raise PREDICTIONS_MODEL_VERSIONS.",
}));

export const modelChecksumWrong = defineError(
  "predictors:model.checksum",
  400,
  (given: string, actual: string) => ({
    message: `The SHA-256 of what came is ${actual}, and not ${shown(given)}.`,
    description: "Upload the file again.",
  }),
);

/** The name of a version, or a file that is no model. */
export const modelInvalid = defineError("predictors:model.invalid", 400, (reason: string) => ({
  message: `The model cannot be used: ${reason}`,
  description: again,
}));

/** More files than the server takes at once are under way, of all or of this caller. */
export const uploadsBusy = defineError("predictors:model.unavailable", 503, () => ({
  message: "Too many files of models are being uploaded at the moment.",
  description: "Try again later.",
}));

export const uploadSilent = defineError("predictors:model.timeout", 408, (ms: number) => ({
  message: `Nothing more of the file came for ${ms / 1_000} seconds.`,
  description: "Upload the file again.",
}));

/** Only operators have the server ask whatever server they like. */
export const modelNotAllowed = defineError("predictors:model.notallowed", 403, (host: string) => ({
  message: `The one asking may not have models at '${shown(host)}' asked.`,
  description: "Use a server that PREDICTIONS_HTTP_HOSTNAMES names, or have an operator do it.",
}));

export const modelRuntimeMissing = defineError("predictors:model.runtime.missing", 400, () => ({
  message: "This server cannot run ONNX models: the package onnxruntime-node is not installed beside it.",
  description:
    "Install it with 'npm install onnxruntime-node' where the server is installed, and start it again.",
}));

const shown = (text: string): string => text.slice(0, 200).toWellFormed();
