import { DemoFailure } from "./failure.ts";
import { formsOf, type HtmlForm, refreshOf } from "./html-forms.ts";

/** A page that was opened. */
export interface OpenPage {
  readonly url: URL;
  readonly status: number;
  readonly html: string;
}

const mostHops = 20;
const answerWithinMs = 20_000;

/** As much of a browser as a page without script needs: cookies, redirects, refreshes, forms. */
export class Browser {
  readonly #cookies = new Map<
    string,
    { readonly host: string; readonly path: string; readonly pair: string }
  >();

  open(address: string | URL): Promise<OpenPage> {
    return this.#walk(new URL(address), undefined);
  }

  /**
   * Sends a form of a page as its reader would: with what stands in it, what is filled in, and the button that is pressed (the first one, unless said
   * otherwise).
   */
  submit(
    page: OpenPage,
    form: HtmlForm,
    given: { readonly fields?: Readonly<Record<string, string>>; readonly press?: string } = {},
  ): Promise<OpenPage> {
    const { fields = {}, press } = given;
    const body = new URLSearchParams();
    for (const field of form.fields) if (field.sent) body.append(field.name, field.value);
    const button = press === undefined ? form.buttons[0] : form.buttons.find(({ value }) => value === press);
    if (!button) throw new DemoFailure(`there is no button ${press ?? ""} on ${page.url.href}`);
    if (button.name !== "") body.append(button.name, button.value);
    for (const [name, value] of Object.entries(fields)) {
      if (!form.fields.some((field) => field.name === name)) {
        throw new DemoFailure(`the form on ${page.url.href} has no field ${name}`);
      }
      body.set(name, value);
    }
    const target = new URL(form.action, page.url);
    if (form.method === "post") return this.#walk(target, { body, origin: page.url.origin });
    target.search = body.toString();
    return this.#walk(target, undefined);
  }

  async #walk(
    start: URL,
    first: { readonly body: URLSearchParams; readonly origin: string } | undefined,
  ): Promise<OpenPage> {
    let url = start;
    let post = first;
    for (let hop = 0; hop < mostHops; hop += 1) {
      const response = await fetch(url, {
        method: post ? "POST" : "GET",
        ...(post ? { body: post.body } : {}),
        headers: {
          cookie: this.#cookiesFor(url),
          accept: "text/html",
          ...(post ? { origin: post.origin } : {}),
        },
        redirect: "manual",
        signal: AbortSignal.timeout(answerWithinMs),
      });
      for (const line of response.headers.getSetCookie()) this.#keep(url, line);
      const html = await response.text();
      const next = response.headers.get("location") ?? refreshOf(html);
      if (next === undefined) return { url, status: response.status, html };
      if (response.status !== 307 && response.status !== 308) post = undefined;
      url = new URL(next, url);
    }
    throw new DemoFailure(`${start.href} leads in circles`);
  }

  /** Ports share cookies, as in every browser. */
  #cookiesFor(url: URL): string {
    return [...this.#cookies.values()]
      .filter(({ host, path }) => host === url.hostname && url.pathname.startsWith(path))
      .map(({ pair }) => pair)
      .join("; ");
  }

  #keep(url: URL, line: string): void {
    const [pair = "", ...attributes] = line.split(/;\s*/);
    const read = (name: string): string | undefined =>
      attributes.find((one) => one.toLowerCase().startsWith(`${name}=`))?.slice(name.length + 1);
    const path = read("path") ?? "/";
    const expires = read("expires");
    const key = [url.hostname, path, pair.slice(0, pair.indexOf("="))].join(" ");
    const gone = read("max-age") === "0" || (expires !== undefined && Date.parse(expires) <= Date.now());
    if (gone) this.#cookies.delete(key);
    else this.#cookies.set(key, { host: url.hostname, path, pair });
  }
}

/** The form of a page that goes to an address. Throws {@link DemoFailure} with what the page says instead. */
export function formTo(page: OpenPage, action: RegExp): HtmlForm {
  const found = formsOf(page.html).find((form) => action.test(form.action));
  if (!found)
    throw new DemoFailure(
      `${page.url.href} (${page.status}) has no form to ${action.source}: ${wordsOf(page)}`,
    );
  return found;
}

/** What a page says, for messages about it. */
export function wordsOf(page: OpenPage): string {
  const main = /<main\b[\s\S]*<\/main>/i.exec(page.html)?.[0] ?? page.html;
  return main
    .replace(/<[^>]*>/g, " ")
    .replace(/\s+/g, " ")
    .trim()
    .slice(0, 300);
}
