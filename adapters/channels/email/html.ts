const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** HTML that is already safe to put into a page. Only {@link html} makes it. */
export class SafeHtml {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

type Part = string | SafeHtml | readonly SafeHtml[] | null;

/** A template of HTML: what is put in is escaped, unless it is {@link SafeHtml} itself; `null` leaves a place empty. */
export function html(fixed: TemplateStringsArray, ...parts: readonly Part[]): SafeHtml {
  return new SafeHtml(fixed.map((piece, index) => piece + written(parts[index] ?? null)).join(""));
}

function written(part: Part): string {
  if (part === null) return "";
  if (typeof part === "string") return part.replace(/[&<>"']/g, (sign) => entities[sign] ?? sign);
  return part instanceof SafeHtml ? part.text : part.map((one) => one.text).join("");
}

/** An address that may stand in a link of ours. Throws `RangeError` for anything but http and https. */
export function safeLink(address: string): string {
  const url = URL.canParse(address) ? new URL(address) : null;
  if (url === null || (url.protocol !== "https:" && url.protocol !== "http:")) {
    throw new RangeError("a link in a message must be an http or https address");
  }
  return url.href;
}
