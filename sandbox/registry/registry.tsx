import type { HttpBindings } from "@hono/node-server";
import { Hono } from "hono";
import { htmlDocument } from "../city-page.tsx";
import { type ListeningServer, listenFetch } from "../city-server.ts";
import { paymentOrder } from "./charge-record.ts";
import { moscowDay } from "./charge-sums.ts";
import { controlRoutes } from "./control-routes.ts";
import { exchangeServer } from "./exchange-server.ts";
import { FaultBoard } from "./fault-board.ts";
import { NoticeDesk } from "./notices.ts";
import { RegistryBook } from "./registry-book.ts";
import { ChargePage, RegistryPage } from "./registry-pages.tsx";
import { RequestJournal } from "./request-journal.ts";

export interface RegistryOptions {
  readonly port: number;
  /** Its journal lies there. */
  readonly dataDir: string;
  /** Registration numbers that may ask; the first one is told of changes. */
  readonly participants: readonly [string, ...string[]];
}

export interface Registry extends ListeningServer {
  /** Where requests go. */
  readonly exchangeUrl: string;
  readonly book: RegistryBook;
}

const shownRequests = 20;

/**
 * Starts the city's registry of charges: `POST /gis-gmp` speaks format 2.x of the state's registry (without its envelope and signatures), `/control` is for
 * tests, `/` is for people. It reads nothing of the engine's code.
 */
export async function startRegistry(options: RegistryOptions): Promise<Registry> {
  const book = new RegistryBook(options.dataDir);
  const faults = new FaultBoard();
  const journal = new RequestJournal();
  const notices = new NoticeDesk(book, options.participants[0]);
  const app = new Hono<{ Bindings: HttpBindings }>();
  app.route("/", pages(book, journal, notices));
  app.route("/", exchangeServer({ book, faults, journal, participants: options.participants }));
  app.route("/control", controlRoutes({ book, faults, journal, notices }));
  const server = await listenFetch(app, options.port);
  return {
    ...server,
    exchangeUrl: `${server.url}/gis-gmp`,
    book,
    close: async () => {
      await server.close();
      await book.close();
    },
  };
}

function pages(book: RegistryBook, journal: RequestJournal, notices: NoticeDesk): Hono {
  const app = new Hono();
  app.get("/", (c) => {
    const asked = journal.since(0).slice(-shownRequests).toReversed();
    const today = moscowDay(new Date(book.nowMs()).toISOString());
    return c.html(htmlDocument(<RegistryPage charges={book.charges()} asked={asked} today={today} />));
  });
  app.get("/charges/:uin", (c) => {
    const charge = book.find(c.req.param("uin"));
    return charge ? c.html(htmlDocument(<ChargePage charge={charge} />)) : c.text("no such charge", 404);
  });
  app.post("/charges/:uin/:verb{pay|annul|reinstate}", async (c) => {
    const charge = book.find(c.req.param("uin"));
    if (charge === undefined) return c.text("no such charge", 404);
    const verb = c.req.param("verb");
    const changed =
      verb === "pay"
        ? await book.pay(charge, paymentOrder.parse({}))
        : await book.turn(charge, verb === "annul" ? "3" : "4");
    if (book.subscription !== "") await notices.tell([changed]);
    return c.redirect(`/charges/${encodeURIComponent(charge.uin)}`, 303);
  });
  return app;
}
