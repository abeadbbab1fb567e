/** Makes one committed file from the code; the check compares it with what is committed. */
export interface Generator {
  /** A word for messages and for `npm run generate -- --only <name>`. */
  readonly name: string;
  /** Where the file lives, relative to the project's root. */
  readonly output: string;
  /** The whole text of the file. The same sources always give the same text. */
  generate(): Promise<string>;
}
