import type { BuiltinOutput } from "../output.ts";

/** What the forecast tells. */
export const forecastOutputs = (): readonly BuiltinOutput[] => [
  {
    name: "value",
    type: "number",
    isNullable: true,
    meaning: "The forecast; null before the first reading.",
  },
  {
    name: "lower",
    type: "number",
    isNullable: true,
    meaning: "The lower end of its interval; null where errors are not known yet.",
  },
  { name: "upper", type: "number", isNullable: true, meaning: "The upper end of its interval." },
  {
    name: "level",
    type: "number",
    isNullable: true,
    meaning: "Where the series is now, without noise and season.",
  },
  {
    name: "trend",
    type: "number",
    isNullable: true,
    meaning: "By how much the level changes from reading to reading.",
  },
  {
    name: "residual",
    type: "number",
    isNullable: true,
    meaning:
      "How far the reading is above what was forecast for it one step before; null where there was no forecast.",
  },
  { name: "steps", type: "integer", meaning: "How many readings ahead the forecast is." },
  {
    name: "confidence",
    type: "number",
    meaning: "From 0 to 1: the share of the variance of recent readings that forecasts of one step explain.",
  },
];
