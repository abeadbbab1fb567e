import type { ProblemLocale, Words } from "./problem-words.ts";

/** Expected failures about the QR of a bill and its picture, in words for people. */
export const PICTURE_PROBLEM_WORDS = {
  "qr-not-payment": {
    ru: [
      "Это не платёжный QR-код",
      "Нужен код с квитанции, по которому платят. Если рядом с ним есть другие коды, снимите только его.",
    ],
    en: [
      "This is not a payment QR code",
      "The code of a bill to pay is needed. If there are other codes beside it, take a picture of that one alone.",
    ],
  },
  "picture-unreadable": {
    ru: ["Картинка не читается", "Нужна целая картинка PNG или JPEG. Снимите квитанцию ещё раз."],
    en: ["The picture cannot be read", "A whole PNG or JPEG is needed. Take the picture again."],
  },
  "picture-too-large": {
    ru: [
      "Картинка слишком велика",
      "В ней больше 25 миллионов точек. Снимите один код, без всего листа, или уменьшите картинку.",
    ],
    en: [
      "The picture is too large",
      "It has more than 25 million pixels. Take a picture of the code alone, or make it smaller.",
    ],
  },
  "picture-without-qr": {
    ru: ["QR-код не найден", "Снимите код крупнее, ровно и без бликов, или введите номер счёта с квитанции."],
    en: [
      "No QR code was found",
      "Take the code larger, straight and without glare, or type the number of the bill.",
    ],
  },
  "picture-too-slow": {
    ru: ["Картинку не удалось прочесть вовремя", "Снимите один код, без всего листа, и попробуйте ещё раз."],
    en: [
      "The picture could not be read in time",
      "Take a picture of the code alone, without the whole sheet, and try again.",
    ],
  },
} as const satisfies Record<string, Record<ProblemLocale, Words>>;
