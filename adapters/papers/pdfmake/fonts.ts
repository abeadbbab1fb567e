import { readFileSync } from "node:fs";
import { create } from "fontkit";

/** Roboto out of the library's own package: it has Cyrillic and the signs of currencies. */
const FILES = { normal: "Roboto-Regular.ttf", bold: "Roboto-Medium.ttf" } as const;

/** A weight of the font, as bytes. */
export type FontFile = {
  readonly weight: keyof typeof FILES;
  readonly name: string;
  readonly bytes: Buffer;
};

/** Reads the fonts. Throws when one is missing, so that a process without them does not start. */
export function readFonts(): readonly FontFile[] {
  return Object.entries(FILES).map(([weight, name]) => ({
    weight: weight as keyof typeof FILES,
    name,
    bytes: readFileSync(new URL(import.meta.resolve(`pdfmake/fonts/Roboto/${name}`))),
  }));
}

/** The characters that every one of the fonts can draw. */
export function drawableBy(fonts: readonly FontFile[]): ReadonlySet<number> {
  const sets = fonts.map(({ name, bytes }) => {
    const font = create(bytes);
    if (!("characterSet" in font)) throw new Error(`${name} is a collection of fonts`);
    return new Set(font.characterSet);
  });
  const [first = new Set<number>(), ...others] = sets;
  return new Set([...first].filter((point) => others.every((set) => set.has(point))));
}
