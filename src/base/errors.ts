/** The wording of one error: a sentence for people, a hint what to do, and a page that explains more. */
export interface ErrorText {
  readonly message: string;
  readonly description?: string;
  readonly href?: string;
  /** The header at fault, on `header.invalid` and its kin. */
  readonly invalidHeaderKey?: string;
}

/** The JSON form of an error on every door; field names are Ditto's (basic-errors page). */
export interface ErrorJson extends ErrorText {
  readonly status: number;
  readonly error: string;
}

/** An answer of the server that refuses a request. `code` and `status` are those of the error catalogue. */
export class TwinError extends Error {
  override readonly name = "TwinError";
  readonly code: string;
  readonly status: number;
  readonly text: ErrorText;
  /** Entity tag of the resource that failed a precondition; sent with the answer. */
  readonly etag: string | undefined;

  constructor(code: string, status: number, text: ErrorText, etag?: string) {
    super(text.message);
    this.code = code;
    this.status = status;
    this.text = text;
    this.etag = etag;
  }

  /** The same refusal, telling the current entity tag of the resource. */
  withEtag(etag: string): TwinError {
    return new TwinError(this.code, this.status, this.text, etag);
  }

  toJSON(): ErrorJson {
    return { status: this.status, error: this.code, ...this.text };
  }
}

/** Declares one error: wire code, HTTP status and wording live together and nowhere else. */
export function defineError<A extends unknown[]>(
  code: string,
  status: number,
  text: (...args: A) => ErrorText,
) {
  const make = (...args: A): TwinError => new TwinError(code, status, text(...args));
  const is = (error: unknown): error is TwinError => error instanceof TwinError && error.code === code;
  return Object.assign(make, { code, status, is });
}
