/** What an alert looks at. */
export interface Figure {
  readonly value: number;
  /** The column, input or output that it is of, where it is the largest of several. */
  readonly column?: string | undefined;
}
