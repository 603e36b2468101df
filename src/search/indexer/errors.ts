import { defineError } from "../../base/errors.ts";

/** Nobody can be told any more when a thing is in the index. */
export const indexOverloaded = defineError("gateway:service.unavailable", 503, () => ({
  message: "Too much waits to be written into the search index.",
  description: "The thing will be found later. Try again with fewer acknowledgements by 'search-persisted'.",
}));

export const indexUnavailable = defineError("gateway:service.unavailable", 503, () => ({
  message: "The search index cannot be written at the moment.",
  description: "The thing will be found once it can. Try again later.",
}));

/** The database cannot hold what is to be indexed of the thing. */
export const notIndexable = defineError("gateway:service.unavailable", 503, (id: string) => ({
  message: `The thing '${id}' cannot be written into the search index.`,
  description: "It is not found by any search until it is changed.",
}));

/** So many tasks of operators wait that another would only repeat one. */
export const tooManyTasks = defineError("too.many.requests", 429, () => ({
  message: "Too many tasks of the search index wait to be done.",
  description: "Wait until those are done: retrieveHealth tells.",
}));
