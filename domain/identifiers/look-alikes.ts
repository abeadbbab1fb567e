const LATIN = "ABEKMHOPCTYX";
const CYRILLIC = "АВЕКМНОРСТУХ";

/** Capital Latin letters that look like Cyrillic ones become those; all other characters stay. */
export function toCyrillic(text: string): string {
  return swapped(text, LATIN, CYRILLIC);
}

/** Capital Cyrillic letters that look like Latin ones become those; all other characters stay. */
export function toLatin(text: string): string {
  return swapped(text, CYRILLIC, LATIN);
}

function swapped(text: string, from: string, to: string): string {
  return Array.from(text, (letter) => {
    const index = from.indexOf(letter);
    return index < 0 ? letter : to.charAt(index);
  }).join("");
}
