/** One rule of the house: says what is wrong in the tree under `root`; an empty list means all is well. */
export interface Check {
  /** The word under which `npm run check -- --only <name>` finds it. */
  readonly name: string;
  /**
   * @param root absolute path of a git work tree
   * @returns complaints, one readable line each, starting with the file it is about
   */
  run(root: string): Promise<readonly string[]>;
}
