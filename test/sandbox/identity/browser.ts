/** Where a walk ended: a page (`page` is its HTML), or an address of another origin than the walk's, which was not opened. */
export interface Stop {
  readonly url: URL;
  readonly status: number | null;
  readonly page?: string;
}

/** As much of a browser as a sign-in without script needs: cookies, redirects, forms. It stays on the first origin it opens. */
export class Browser {
  readonly #cookies = new Map<string, { value: string; path: string }>();
  #home: string | undefined;

  open(url: URL): Promise<Stop> {
    this.#home ??= url.origin;
    return this.#walk(url, {});
  }

  /** Sends the page's only form with its hidden fields and the given ones (the pressed button's among them). */
  submit(stop: Stop, fields: Record<string, string>): Promise<Stop> {
    const form = /<form\b[^>]*\baction="([^"]*)"[^>]*>([\s\S]*?)<\/form>/.exec(stop.page ?? "");
    if (!form) throw new Error("there is no form on this page");
    const hidden = [...(form[2] ?? "").matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)"/g)];
    const body = new URLSearchParams();
    for (const field of hidden) body.set(field[1] ?? "", field[2] ?? "");
    for (const [name, value] of Object.entries(fields)) body.set(name, value);
    return this.#walk(new URL(form[1] ?? "", stop.url), { method: "POST", body });
  }

  async #walk(url: URL, init: RequestInit): Promise<Stop> {
    if (url.origin !== this.#home) return { url, status: null };
    const response = await fetch(url, {
      ...init,
      headers: { cookie: this.#cookiesFor(url) },
      redirect: "manual",
    });
    for (const line of response.headers.getSetCookie()) this.#keep(line);
    const location = response.headers.get("location");
    if (location === null) return { url, status: response.status, page: await response.text() };
    return this.#walk(new URL(location, url), {});
  }

  #cookiesFor(url: URL): string {
    return [...this.#cookies]
      .filter(([, cookie]) => url.pathname.startsWith(cookie.path))
      .map(([name, cookie]) => `${name.slice(0, name.indexOf(" "))}=${cookie.value}`)
      .join("; ");
  }

  #keep(line: string): void {
    const [pair = "", ...attributes] = line.split(/;\s*/);
    const at = pair.indexOf("=");
    const path = attributes.find((one) => one.toLowerCase().startsWith("path="))?.slice(5) ?? "/";
    const expires = attributes.find((one) => one.toLowerCase().startsWith("expires="))?.slice(8);
    const key = `${pair.slice(0, at)} ${path}`;
    if (expires !== undefined && Date.parse(expires) <= Date.now()) this.#cookies.delete(key);
    else this.#cookies.set(key, { value: pair.slice(at + 1), path });
  }
}
