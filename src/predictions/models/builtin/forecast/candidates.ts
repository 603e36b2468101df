// The ways of smoothing that run side by side, so that the best one can be told by its errors.

/** Of the error of one step, how much goes into the level, the trend and the season; the trend fades by `damping` each step. */
export interface Smoothing {
  readonly alpha: number;
  readonly beta: number;
  readonly gamma: number;
  readonly damping: number;
}

export interface SmoothingParameters {
  readonly alpha?: number | undefined;
  readonly beta?: number | undefined;
  readonly gamma?: number | undefined;
  readonly trend: "none" | "additive" | "damped" | "auto";
  readonly damping: number;
  readonly hasSeason: boolean;
}

const alphas = [0.1, 0.3, 0.6, 0.95];
const seasonalAlphas = [0.1, 0.4, 0.8];
const betas = [0.02, 0.15];
const dampedBetas = [0.15, 0.5];
const gammas = [0.05, 0.3];

/** All combinations of what is given, and of what there is to choose from where nothing is. */
export function candidatesOf(given: SmoothingParameters): Smoothing[] {
  const gammasTried = given.hasSeason ? tried(given.gamma, gammas) : [0];
  return tried(given.alpha, given.hasSeason ? seasonalAlphas : alphas).flatMap((alpha) =>
    trends(given).flatMap(({ beta, damping }) =>
      gammasTried.map((gamma) => ({ alpha, beta, gamma, damping })),
    ),
  );
}

const tried = (value: number | undefined, choice: readonly number[]): readonly number[] =>
  value === undefined ? choice : [value];

function trends({ trend, beta, damping }: SmoothingParameters): { beta: number; damping: number }[] {
  const none = [{ beta: 0, damping: 0 }];
  const additive = tried(beta, betas).map((each) => ({ beta: each, damping: 1 }));
  const damped = tried(beta, dampedBetas).map((each) => ({ beta: each, damping }));
  return { none, additive, damped, auto: [...none, ...additive, ...damped] }[trend];
}
