/** A field of a form that a person can see or that goes along unseen. */
export interface FormField {
  readonly name: string;
  readonly value: string;
  /** `type` of an input, or the element's own name. */
  readonly type: string;
  /** What a browser would fill in by itself, e.g. `cc-number`. */
  readonly autocomplete: string;
  /** Sent as it stands, when nobody touches the form. */
  readonly sent: boolean;
}

/** A form as a browser sees it. */
export interface HtmlForm {
  readonly action: string;
  readonly method: "get" | "post";
  readonly fields: readonly FormField[];
  /** Submit buttons in the order of the page. */
  readonly buttons: readonly { readonly name: string; readonly value: string }[];
}

/** All forms of a page with their fields, as far as plain HTML forms go. */
export function formsOf(html: string): readonly HtmlForm[] {
  const reader = new FormReader();
  for (const [, slash, tag = "", text = ""] of html.matchAll(/<(\/?)([a-z]+)\b((?:[^>"]|"[^"]*")*)>/gi)) {
    const name = tag.toLowerCase();
    if (slash === "/") reader.close(name);
    else reader.open(name, attributesOf(text));
  }
  return reader.forms;
}

interface OpenForm extends HtmlForm {
  readonly fields: FormField[];
  readonly buttons: { name: string; value: string }[];
}

interface OpenSelect {
  readonly name: string;
  readonly options: { readonly value: string; readonly selected: boolean }[];
}

/** Takes tags in their order and keeps what belongs to forms. */
class FormReader {
  readonly forms: OpenForm[] = [];
  #form: OpenForm | undefined;
  #select: OpenSelect | undefined;

  open(tag: string, attributes: ReadonlyMap<string, string>): void {
    if (tag === "form") {
      this.#form = openForm(attributes);
      this.forms.push(this.#form);
    } else if (tag === "select") {
      this.#select = { name: attributes.get("name") ?? "", options: [] };
    } else if (tag === "option") {
      this.#select?.options.push({
        value: attributes.get("value") ?? "",
        selected: attributes.has("selected"),
      });
    } else if (this.#form) {
      addControl(this.#form, tag, attributes);
    }
  }

  close(tag: string): void {
    if (tag === "form") this.#form = undefined;
    if (tag !== "select" || !this.#select) return;
    this.#form?.fields.push(chosenOf(this.#select));
    this.#select = undefined;
  }
}

/** Where the page sends its reader at once (`<meta http-equiv="refresh" content="0;url=…">`), if it does. */
export function refreshOf(html: string): string | undefined {
  for (const [, text = ""] of html.matchAll(/<meta\b((?:[^>"]|"[^"]*")*)>/gi)) {
    const attributes = attributesOf(text);
    if (attributes.get("http-equiv")?.toLowerCase() !== "refresh") continue;
    const target = /^\s*0\s*;\s*url=(.+)$/i.exec(attributes.get("content") ?? "")?.[1];
    if (target !== undefined) return target;
  }
  return undefined;
}

function openForm(attributes: ReadonlyMap<string, string>): OpenForm {
  const method = attributes.get("method")?.toLowerCase() === "post" ? "post" : "get";
  return { action: attributes.get("action") ?? "", method, fields: [], buttons: [] };
}

function chosenOf(select: OpenSelect): FormField {
  const chosen = select.options.find((option) => option.selected) ?? select.options[0];
  return { name: select.name, value: chosen?.value ?? "", type: "select", autocomplete: "", sent: true };
}

function addControl(form: OpenForm, tag: string, attributes: ReadonlyMap<string, string>): void {
  const name = attributes.get("name") ?? "";
  const type = attributes.get("type")?.toLowerCase() ?? (tag === "button" ? "submit" : "text");
  if ((tag === "button" || tag === "input") && type === "submit") {
    form.buttons.push({ name, value: attributes.get("value") ?? "" });
  } else if (tag === "input" && name !== "") {
    const choice = type === "radio" || type === "checkbox";
    form.fields.push({
      name,
      type,
      value: attributes.get("value") ?? (choice ? "on" : ""),
      autocomplete: attributes.get("autocomplete") ?? "",
      sent: !choice || attributes.has("checked"),
    });
  }
}

function attributesOf(text: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const [, name = "", quoted, bare] of text.matchAll(
    /([a-z][\w:-]*)(?:\s*=\s*(?:"([^"]*)"|([^\s"'>]+)))?/gi,
  )) {
    found.set(name.toLowerCase(), decode(quoted ?? bare ?? ""));
  }
  return found;
}

const entities: Readonly<Record<string, string>> = {
  amp: "&",
  lt: "<",
  gt: ">",
  quot: '"',
  apos: "'",
  nbsp: "\u00a0",
};

/** Text as it stands in HTML. */
export function decode(text: string): string {
  return text.replace(
    /&(?:#(\d+)|#x([\da-f]+)|([a-z]+));/gi,
    (whole, decimal?: string, hex?: string, name = "") => {
      if (decimal !== undefined) return String.fromCodePoint(Number(decimal));
      if (hex !== undefined) return String.fromCodePoint(Number.parseInt(hex, 16));
      return entities[String(name).toLowerCase()] ?? whole;
    },
  );
}
