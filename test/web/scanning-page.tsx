import type { AddressInfo } from "node:net";
import { createAdaptorServer } from "@hono/node-server";
import { Hono } from "hono";
import { show } from "../../web/answers.tsx";
import { readForm, type SentForm } from "../../web/form-guard.ts";
import type { WebEnv } from "../../web/desk.ts";
import { Frame } from "../../web/parts/frame.tsx";
import { QrReader } from "../../web/parts/qr-reader.tsx";
import { scanningPath } from "../../web/scanning-path.ts";
import { securityHeaders } from "../../web/security-headers.ts";
import { staticRoutes } from "../../web/static-files.ts";
import type { Visit } from "../../web/visit.ts";

const visit: Visit = {
  locale: "ru",
  zone: "Europe/Moscow",
  terms: "current",
  session: {
    id: "session-1",
    sub: "p-1",
    name: "Анна Соколова",
    locale: "ru",
    zone: "Europe/Moscow",
    roles: ["resident"],
    accessToken: "token",
    expiresAt: 4_000_000_000,
  },
  here: scanningPath,
  livemode: false,
  temporalUiUrl: undefined,
  formToken: "the-token",
  notice: undefined,
};

/** The reader of QR codes on a page with our headers and files, and everything that its form sent. */
export interface ScanningPage {
  readonly url: string;
  readonly sent: SentForm[];
  readonly close: () => Promise<void>;
}

export async function serveScanningPage(): Promise<ScanningPage> {
  const sent: SentForm[] = [];
  const app = new Hono<WebEnv>();
  let origin = "";
  app.use(securityHeaders(false));
  app.route("/", staticRoutes());
  app.use(async (c, next) => {
    c.set("visit", visit);
    await next();
  });
  app.get(scanningPath, (c) => {
    const page = (
      <Frame visit={visit} title="QR" scanning>
        <h1>QR</h1>
        <QrReader visit={visit} action={scanningPath} />
      </Frame>
    );
    return show(c, page);
  });
  app.post(scanningPath, async (c) => {
    const form = await readForm(c, {
      publicOrigin: origin,
      isFormToken: (_, token) => token === visit.formToken,
    });
    if (typeof form === "string") return c.text(form, 403);
    sent.push(form);
    const page = (
      <Frame visit={visit} title="taken">
        <h1>taken</h1>
      </Frame>
    );
    return show(c, page);
  });
  const server = createAdaptorServer({ fetch: app.fetch });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url: origin + scanningPath,
    sent,
    close: () => new Promise((closed) => server.close(() => closed())),
  };
}
