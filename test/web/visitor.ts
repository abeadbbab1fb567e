import { type Logger, pino } from "pino";
import type { MessagePreviews } from "../../web/message-previews.ts";
import { createWeb, type WebDependencies } from "../../web/app.tsx";
import { makeSeals } from "../../web/sealed-values.ts";
import type { LivingSession } from "../../api/client.ts";
import { FakeEngine } from "./fake-engine.ts";
import { annaAtHome } from "./fake-people.ts";

export const publicUrl = "http://127.0.0.1:4600";
const sessionKey = new Uint8Array(32).fill(7);

/** Somebody with a browser in front of the page, without a network between them. */
export class Visitor {
  readonly engine = new FakeEngine();
  readonly url: string;
  readonly web;
  readonly #cookies = new Map<string, string>();

  constructor(
    options: {
      readonly livemode?: boolean;
      readonly url?: string;
      readonly messagePreviews?: MessagePreviews;
      /** Whom the page sends people to for signing in; somebody who does not answer, unless told. */
      readonly oidc?: WebDependencies["oidc"];
      readonly operatorAcrValues?: readonly string[];
      readonly log?: Logger;
    } = {},
  ) {
    this.url = options.url ?? publicUrl;
    this.web = createWeb({
      api: this.engine.api,
      oidc: options.oidc ?? {
        issuer: "http://127.0.0.1:1",
        clientId: "kvitok-page",
        clientSecret: "secret",
      },
      operatorAcrValues: options.operatorAcrValues ?? [],
      publicUrl: this.url,
      sessionKey,
      livemode: options.livemode ?? false,
      ...(options.messagePreviews === undefined ? {} : { messagePreviews: options.messagePreviews }),
      temporalUiUrl: "http://127.0.0.1:4602",
      log: options.log ?? pino({ level: "silent" }),
    });
  }

  /** Signs in without an identity provider: seals a session as the page itself would, and the engine knows it. */
  async signIn(over: Partial<LivingSession> & Readonly<Record<string, unknown>> = {}): Promise<this> {
    const living: LivingSession = { ...annaAtHome, ...over };
    const session = {
      ...living,
      id: "session-1",
      sub: "p-4f1c07",
      roles: ["resident"],
      accessToken: "token",
      expiresAt: Math.floor(Date.now() / 1000) + 3600,
      ...over,
    };
    this.engine.living = living;
    this.#cookies.set("kvitok-session", await makeSeals(sessionKey).seal("session", session, 3600));
    return this;
  }

  /** A cookie that somebody else put into this browser. */
  plant(name: string, value: string): void {
    this.#cookies.set(name, value);
  }

  /** The cookies as a header. */
  cookies(): string {
    return [...this.#cookies].map(([name, value]) => `${name}=${value}`).join("; ");
  }

  async get(path: string, headers: Record<string, string> = {}): Promise<Response> {
    return this.#take(
      await this.web.request(`${this.url}${path}`, { headers: { cookie: this.cookies(), ...headers } }),
    );
  }

  /** A page's HTML, its non-breaking blanks as plain ones. */
  async page(path: string): Promise<string> {
    return (await (await this.get(path)).text()).replaceAll("\u00a0", " ");
  }

  /** Sends the form on a page that posts to `action`, with its hidden fields and the given ones. */
  async submit(html: string, action: string, fields: Record<string, string> = {}): Promise<Response> {
    const form = new RegExp(`<form[^>]*action="${action}"[^>]*>([\\s\\S]*?)</form>`).exec(html)?.[1];
    if (form === undefined) throw new Error(`no form posts to ${action}`);
    const body = new URLSearchParams();
    for (const [, name = "", value = ""] of form.matchAll(
      /<input type="hidden" name="([^"]*)" value="([^"]*)"/g,
    )) {
      body.set(name, value);
    }
    for (const [name, value] of Object.entries(fields)) body.set(name, value);
    return this.post(action, body);
  }

  async post(
    path: string,
    body: URLSearchParams | FormData,
    headers: Record<string, string> = {},
  ): Promise<Response> {
    const response = await this.web.request(`${this.url}${path}`, {
      method: "POST",
      body,
      headers: { cookie: this.cookies(), origin: this.url, ...headers },
    });
    return this.#take(response);
  }

  /** For a server in front of a real browser. */
  fetch(request: Request): Response | Promise<Response> {
    return this.web.fetch(request);
  }

  #take(response: Response): Response {
    for (const line of response.headers.getSetCookie()) {
      const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      if (/max-age=0/i.test(line)) this.#cookies.delete(name);
      else this.#cookies.set(name, value);
    }
    return response;
  }
}
