/** That bytes of a broker are not what they should be; the message says what is wrong with them. */
export class Corrupt extends Error {
  constructor(message: string, cause?: unknown) {
    super(message, { cause });
    this.name = "Corrupt";
  }
}
