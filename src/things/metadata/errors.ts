import { defineError } from "../../base/errors.ts";

export const metadataHeadersConflict = defineError("things:metadata.headersconflict", 400, () => ({
  message: "The request has more than one metadata header.",
  description:
    "Use one of 'get-metadata' (when reading), 'put-metadata' and 'delete-metadata' (when writing).",
}));

export const metadataNotModifiable = defineError("things:metadata.notmodifiable", 400, () => ({
  message: "The request gives metadata twice.",
  description: "Give it either in the header 'put-metadata' or in the '_metadata' of the new thing.",
}));
