// Numbers in order, that come and go.

const SMALLEST = 8;
/** More new ones than this are sorted together with all others instead of one by one. */
const MANY = 32;

/** Up to some ten thousand numbers: one that comes or goes moves those above it, which is a copy of so many doubles. */
export class SortedNumbers {
  #numbers = new Float64Array(SMALLEST);
  #length = 0;
  /** So many of them, from the first on, are in order. */
  #sorted = 0;

  add(number: number): void {
    if (this.#length === this.#numbers.length) {
      const larger = new Float64Array(2 * this.#length);
      larger.set(this.#numbers);
      this.#numbers = larger;
    }
    this.#numbers[this.#length++] = number;
  }

  /** Takes out one that was added. */
  remove(number: number): void {
    this.#sort();
    const place = this.#placeOf(number, this.#length);
    this.#numbers.copyWithin(place, place + 1, this.#length);
    this.#length--;
    this.#sorted--;
  }

  clear(): void {
    this.#length = 0;
    this.#sorted = 0;
  }

  /** The least first; a view that holds until the next change. */
  get inOrder(): Float64Array {
    this.#sort();
    return this.#numbers.subarray(0, this.#length);
  }

  #sort(): void {
    if (this.#length - this.#sorted > MANY) {
      this.#numbers.subarray(0, this.#length).sort();
      this.#sorted = this.#length;
    }
    for (; this.#sorted < this.#length; this.#sorted++) {
      const number = this.#numbers[this.#sorted] as number;
      const place = this.#placeOf(number, this.#sorted);
      this.#numbers.copyWithin(place + 1, place, this.#sorted);
      this.#numbers[place] = number;
    }
  }

  /** Of the first among so many that is not below a number. */
  #placeOf(number: number, length: number): number {
    let low = 0;
    let high = length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#numbers[middle] as number) < number) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
