// Where the centres begin: k-means over the first readings, from starts far apart (k-means++), the best of some.

const STARTS = 8;
const ROUNDS = 50;
/** A start that could not have so many rounds is not made. */
const LEAST_ROUNDS = 5;
/** Distances of a point to a centre, by columns, that are reckoned at most, so that it takes some milliseconds: there are fewer rounds and starts of many. */
const MOST_OFFS = 1_000_000;

/** Points one after the other, of so many columns each. */
interface Points {
  readonly numbers: Float64Array;
  readonly columns: number;
  readonly count: number;
}

interface Assigned {
  /** Which centre is nearest to each point. */
  readonly labels: Uint8Array;
  /** How far it is, squared. */
  readonly squares: Float64Array;
}

interface Seeds extends Assigned {
  readonly centres: readonly Float64Array[];
}

interface Settled {
  readonly centres: Float64Array[];
  readonly inertia: number;
  readonly rounds: number;
}

/**
 * `k` centres (2 to 64) of points that lie one after the other, that of the most points first; fewer where there are fewer different
 * points.
 */
export function seedCentres(numbers: Float64Array, columns: number, k: number, random: () => number): Seeds {
  const points = { numbers, columns, count: numbers.length / columns };
  let left = Math.max(LEAST_ROUNDS, Math.floor(MOST_OFFS / (k * numbers.length)));
  let best: Settled | undefined;
  for (let start = 0; start < STARTS && (best === undefined || left >= LEAST_ROUNDS); start++) {
    // Finding a start, and how good it is in the end, takes about a round each.
    const found = settle(points, farApart(points, k, random), Math.min(ROUNDS, left - 2));
    left -= found.rounds + 2;
    if (best === undefined || found.inertia < best.inertia) best = found;
  }
  return bySize(points, best?.centres ?? []);
}

function bySize(points: Points, centres: readonly Float64Array[]): Seeds {
  const { labels, squares } = assign(points, centres);
  const sizes = new Uint32Array(centres.length);
  for (const label of labels) sizes[label] = (sizes[label] as number) + 1;
  const order = [...centres.keys()].sort((a, b) => (sizes[b] as number) - (sizes[a] as number));
  const places = Uint8Array.from(centres.keys(), (label) => order.indexOf(label));
  return {
    centres: order.map((label) => centres[label] as Float64Array),
    labels: labels.map((label) => places[label] as number),
    squares,
  };
}

/** Each next one is drawn the more likely the farther it is from those before. */
function farApart(points: Points, k: number, random: () => number): Float64Array[] {
  const centres = [pointOf(points, Math.floor(random() * points.count))];
  const squares = new Float64Array(points.count).fill(Number.POSITIVE_INFINITY);
  while (centres.length < k) {
    const newest = centres.at(-1) as Float64Array;
    for (let i = 0; i < squares.length; i++)
      squares[i] = Math.min(squares[i] as number, squaredDistance(points, i, newest));
    const sum = total(squares);
    if (!(sum > 0)) break;
    centres.push(pointOf(points, drawnFrom(squares, random() * sum)));
  }
  return centres;
}

/** Which of the weights, laid end to end, holds the place. */
function drawnFrom(weights: Float64Array, place: number): number {
  let end = 0;
  const index = weights.findIndex((weight) => {
    end += weight;
    return place < end;
  });
  return index >= 0 ? index : weights.length - 1;
}

/** Lloyd's rounds, so many at most. */
function settle(points: Points, centres: Float64Array[], most: number): Settled {
  let { labels, squares } = assign(points, centres);
  let rounds = 1;
  for (let hasChanged = true; hasChanged && rounds < most; rounds++) {
    moveToMeans(points, centres, labels);
    const next = assign(points, centres);
    hasChanged = next.labels.some((label, i) => label !== labels[i]);
    ({ labels, squares } = next);
  }
  return { centres, inertia: total(squares), rounds };
}

/** A centre that no point is nearest to stays. */
function moveToMeans({ numbers, columns, count }: Points, centres: Float64Array[], labels: Uint8Array): void {
  const sums = centres.map(() => new Float64Array(columns));
  const sizes = new Uint32Array(centres.length);
  for (let i = 0; i < count; i++) {
    const label = labels[i] as number;
    const sum = sums[label] as Float64Array;
    sizes[label] = (sizes[label] as number) + 1;
    for (let j = 0; j < columns; j++) sum[j] = (sum[j] as number) + (numbers[i * columns + j] as number);
  }
  for (const [label, centre] of centres.entries()) {
    const size = sizes[label] as number;
    if (size > 0) centre.set((sums[label] as Float64Array).map((sum) => sum / size));
  }
}

function assign(points: Points, centres: readonly Float64Array[]): Assigned {
  const labels = new Uint8Array(points.count);
  const squares = new Float64Array(points.count).fill(Number.POSITIVE_INFINITY);
  for (const [label, centre] of centres.entries()) {
    for (let i = 0; i < points.count; i++) {
      const distance = squaredDistance(points, i, centre);
      if (distance >= (squares[i] as number)) continue;
      squares[i] = distance;
      labels[i] = label;
    }
  }
  return { labels, squares };
}

const pointOf = ({ numbers, columns }: Points, i: number): Float64Array =>
  numbers.slice(i * columns, (i + 1) * columns);

function squaredDistance({ numbers, columns }: Points, point: number, centre: Float64Array): number {
  const from = point * columns;
  let squares = 0;
  for (let i = 0; i < columns; i++) {
    const off = (numbers[from + i] as number) - (centre[i] as number);
    squares += off * off;
  }
  return squares;
}

function total(numbers: Float64Array): number {
  let sum = 0;
  for (const each of numbers) sum += each;
  return sum;
}
