// Figures of scores against labels, as scikit-learn's metrics define them.

interface Ranked {
  readonly score: number;
  readonly label: number;
}

const ranked = (scores: readonly number[], labels: readonly number[]): Ranked[] =>
  scores.map((score, i) => ({ score, label: labels[i] as number })).sort((a, b) => b.score - a.score);

/** The area under the curve of hits over false alarms: how likely an odd one has the higher score; ties are halves. */
export function rocAuc(scores: readonly number[], labels: readonly number[]): number {
  let below = 0;
  let wins = 0;
  let usual = 0;
  for (const group of groups(ranked(scores, labels).reverse())) {
    const odd = group.filter(({ label }) => label === 1).length;
    wins += odd * (below + (group.length - odd) / 2);
    below += group.length - odd;
    usual += odd;
  }
  return wins / (below * usual);
}

/** The mean precision at each odd one, from the highest score on. */
export function averagePrecision(scores: readonly number[], labels: readonly number[]): number {
  const all = labels.filter((label) => label === 1).length;
  let [seen, hits, sum] = [0, 0, 0];
  for (const group of groups(ranked(scores, labels))) {
    const odd = group.filter(({ label }) => label === 1).length;
    seen += group.length;
    hits += odd;
    sum += (odd / all) * (hits / seen);
  }
  return sum;
}

/** Those of one score together. */
function groups(all: readonly Ranked[]): Ranked[][] {
  const found: Ranked[][] = [];
  for (const each of all) {
    const last = found.at(-1);
    if (last?.[0]?.score === each.score) last.push(each);
    else found.push([each]);
  }
  return found;
}
