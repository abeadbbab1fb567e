/**
 * As much of pdfmake 0.3 as is used here. Its published types need the types of a browser, which would then exist in the whole project, and do not know its files in memory.
 */
declare module "pdfmake" {
  /** Points: left, top, right, bottom. */
  type Edges = readonly [left: number, top: number, right: number, bottom: number];

  type Look = {
    readonly width?: number | "*" | "auto";
    readonly font?: string;
    readonly fontSize?: number;
    readonly lineHeight?: number;
    readonly bold?: boolean;
    readonly color?: string;
    readonly fillColor?: string;
    readonly margin?: Edges;
    readonly unbreakable?: boolean;
  };

  type TableLayout = {
    readonly hLineWidth: (row: number) => number;
    readonly hLineColor: (row: number) => string;
    readonly vLineWidth: (column: number) => number;
    readonly paddingLeft: (column: number) => number;
    readonly paddingRight: (column: number) => number;
    readonly paddingTop: (row: number) => number;
    readonly paddingBottom: (row: number) => number;
  };

  /** A piece of a document: text, a code, or an arrangement of pieces. */
  export type Content = Look &
    (
      | { readonly text: string; readonly link?: string }
      | { readonly stack: readonly Content[] }
      | { readonly columns: readonly Content[]; readonly columnGap?: number }
      | { readonly qr: string; readonly fit: number; readonly eccLevel: "L" | "M" | "Q" | "H" }
      | {
          readonly table: {
            readonly widths: readonly (number | "*")[];
            readonly dontBreakRows?: boolean;
            readonly body: readonly (readonly Content[])[];
          };
          readonly layout: TableLayout | "noBorders";
        }
    );

  /** The library writes into what it is given: a definition makes one document. */
  export type Definition = {
    readonly pageSize: "A4";
    readonly pageMargins: Edges;
    readonly version: "1.7";
    readonly displayTitle: boolean;
    readonly language: string;
    readonly info: {
      readonly title: string;
      readonly author: string;
      readonly creator: string;
      readonly producer: string;
      readonly creationDate: Date;
      readonly modDate: Date;
    };
    readonly defaultStyle: Look;
    readonly content: readonly Content[];
    readonly footer: (page: number, pages: number) => Content;
  };

  const pdfmake: {
    createPdf(definition: Definition): { getBuffer(): Promise<Buffer> };
    /** Weights of families by the names of their files. */
    setFonts(fonts: Readonly<Record<string, Readonly<Record<string, string>>>>): void;
    /** Asked before an address is fetched. */
    setUrlAccessPolicy(mayFetch: (url: string) => boolean): void;
    /** Asked before a file is read that is not in memory. */
    setLocalAccessPolicy(mayRead: (path: string) => boolean): void;
    /** Files in memory, by name. */
    readonly virtualfs: { writeFileSync(name: string, bytes: Buffer): void };
  };
  export default pdfmake;
}
