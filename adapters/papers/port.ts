/**
 * The port to whoever makes a paper: words that are ready become a file to keep, to print and to hand to somebody. Texts come from billers, so they may hold any
 * character; they are shown or replaced, and never obeyed.
 */
export type PaperMaker = {
  /** The file, byte for byte the same for the same paper. Reads nothing: no address, no file. */
  make(paper: Paper): Promise<Uint8Array<ArrayBuffer>>;
};

/** A paper in the words of one language. */
export type Paper = {
  readonly language: string;
  /** Whose paper it is: on every page. */
  readonly brand: string;
  readonly title: string;
  /** What tells it from others of its title. */
  readonly number: string;
  /** The instant (ISO 8601) that the paper is about; the file says it was made then. */
  readonly at: string;
  /** Something that must be seen before everything else; null: nothing. */
  readonly warning: string | null;
  readonly amount: string;
  readonly state: string;
  /** Names and values. */
  readonly facts: readonly (readonly [name: string, value: string])[];
  /** The address behind the QR code, and what one finds there. */
  readonly link: { readonly url: string; readonly words: string };
  /** `Page 1 of 2` */
  readonly pageWords: (page: number, pages: number) => string;
};
