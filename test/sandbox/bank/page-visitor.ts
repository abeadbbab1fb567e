/** As much of a browser as the bank's pages need: opens, fills in the form with its hidden fields, follows 303s. */
export interface Page {
  readonly url: string;
  readonly status: number;
  readonly html: string;
}

/** Where a form led: another page of the bank, or away to an address that is not opened. */
export type Landing = Page | { readonly away: string };

export async function openPage(url: string, language?: string): Promise<Page> {
  const response = await fetch(url, language ? { headers: { "Accept-Language": language } } : {});
  return { url, status: response.status, html: await response.text() };
}

export async function submitForm(page: Page, fields: Record<string, string>): Promise<Landing> {
  const action = /<form method="post" action="([^"]+)"/.exec(page.html)?.[1];
  if (!action) throw new Error("there is no form on this page");
  const body = new URLSearchParams();
  for (const [, name = "", value = ""] of page.html.matchAll(
    /<input type="hidden" name="([^"]*)" value="([^"]*)"/g,
  )) {
    body.set(name, value);
  }
  for (const [name, value] of Object.entries(fields)) body.set(name, value);
  const url = new URL(action, page.url).href;
  const response = await fetch(url, { method: "POST", body, redirect: "manual" });
  const location = response.headers.get("location");
  if (location === null) return { url, status: response.status, html: await response.text() };
  if (response.status !== 303) throw new Error(`a form must lead on by 303, not ${response.status}`);
  const next = new URL(location, url);
  return next.origin === new URL(page.url).origin ? openPage(next.href) : { away: next.href };
}

export function asPage(landing: Landing): Page {
  if ("away" in landing) throw new Error(`expected a page of the bank, went to ${landing.away}`);
  return landing;
}

export function title(page: Page): string {
  return /<h1>([^<]*)<\/h1>/.exec(page.html)?.[1] ?? "";
}

/** Types a card that asks for 3-D Secure and gives the code that the page itself shows. */
export async function payByPage(confirmationUrl: string, number = "5555 5555 5555 4477"): Promise<Landing> {
  const typed = await submitForm(await openPage(confirmationUrl), { number, expiry: "12/39", csc: "737" });
  if ("away" in typed) return typed;
  return submitForm(typed, { action: "confirm", code: shownCode(typed) });
}

export function shownCode(page: Page): string {
  return /class="code">(\d+)</.exec(page.html)?.[1] ?? "";
}
