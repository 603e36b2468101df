/** The least of numbers that come in order and go in the same order, in constant time on average; negated, the greatest. */
export class Least {
  /** Rising numbers with their places: each is the least of those from the place after the one before it on. */
  #numbers: number[] = [];
  #places: number[] = [];
  #head = 0;

  push(place: number, number: number): void {
    while (this.#numbers.length > this.#head && (this.#numbers.at(-1) as number) >= number) {
      this.#numbers.pop();
      this.#places.pop();
    }
    this.#numbers.push(number);
    this.#places.push(place);
  }

  forgetBefore(place: number): void {
    while (this.#head < this.#places.length && (this.#places[this.#head] as number) < place) this.#head++;
    if (this.#head * 2 <= this.#places.length) return;
    this.#numbers = this.#numbers.slice(this.#head);
    this.#places = this.#places.slice(this.#head);
    this.#head = 0;
  }

  /** NaN of none. */
  get value(): number {
    return this.#numbers[this.#head] ?? Number.NaN;
  }

  clear(): void {
    this.#numbers = [];
    this.#places = [];
    this.#head = 0;
  }
}
