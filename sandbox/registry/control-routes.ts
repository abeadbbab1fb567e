import { type Context, Hono } from "hono";
import { z } from "zod";
import { clockOrder } from "../city-clock.ts";
import { chargeChange, type ChargeRecord, chargeSeed, paymentOrder } from "./charge-record.ts";
import { acknowledgmentOf, leftOf } from "./charge-sums.ts";
import { type FaultBoard, faultOrder } from "./fault-board.ts";
import type { NoticeDesk } from "./notices.ts";
import type { RegistryBook } from "./registry-book.ts";
import type { RequestJournal } from "./request-journal.ts";

export interface ControlOptions {
  readonly book: RegistryBook;
  readonly faults: FaultBoard;
  readonly journal: RequestJournal;
  readonly notices: NoticeDesk;
}

/** What is wrong with an order to the control, told to whoever gave it. */
class BadOrder extends Error {
  readonly status: 404 | 422;

  constructor(status: 404 | 422, message: string) {
    super(message);
    this.status = status;
  }
}

/** The hands behind the registry, to be mounted under `/control`: what issuers and banks do, and what goes wrong. Loopback only. */
export function controlRoutes(options: ControlOptions): Hono {
  const { book, faults, journal } = options;
  const app = new Hono();
  app.onError((error, c) => {
    if (error instanceof BadOrder) return c.json({ error: error.message }, error.status);
    throw error;
  });
  app.get("/health", (c) => c.json({ ok: true, now: new Date(book.nowMs()).toISOString() }));
  app.get("/clock", (c) => c.json(book.clock.shown()));
  app.post("/clock", async (c) => {
    await book.setClock(await read(c, clockOrder));
    return c.json(book.clock.shown());
  });

  app.get("/faults", (c) => c.json(faults.list()));
  app.post("/faults", async (c) => {
    const order = await read(c, faultOrder);
    faults.arm(order);
    return c.json(order, 201);
  });
  app.delete("/faults", (c) => {
    faults.clear();
    return c.body(null, 204);
  });

  app.get("/requests", (c) => c.json(journal.since(Number(c.req.query("since") ?? "0"))));
  chargeRoutes(app, options);
  noticeRoutes(app, options);
  return app;
}

function chargeRoutes(app: Hono, { book, notices }: ControlOptions): void {
  const told = async (c: Context, charge: ChargeRecord, status: 200 | 201 = 200): Promise<Response> => {
    if (book.subscription !== "") await notices.tell([charge]);
    return c.json(shown(charge), status);
  };
  const found = (c: Context): ChargeRecord => {
    const charge = book.find(c.req.param("uin") ?? "");
    if (charge === undefined) throw new BadOrder(404, "no such charge");
    return charge;
  };
  app.get("/charges", (c) => c.json(book.charges().map(shown)));
  app.get("/charges/:uin", (c) => c.json(shown(found(c))));
  app.delete("/charges", async (c) => {
    await book.clear();
    return c.body(null, 204);
  });
  app.post("/charges", async (c) => {
    const given = await read(c, z.union([chargeSeed, z.array(chargeSeed).min(1).max(20_000)]));
    // Taken in at once and in their order; the journal writes them together.
    const charges = await Promise.all([given].flat().map((one) => book.load(one)));
    const [first] = charges;
    if (!Array.isArray(given) && first !== undefined) return told(c, first, 201);
    if (book.subscription !== "") await notices.tell(charges.slice(0, 100));
    return c.json(charges.map(shown), 201);
  });
  app.post("/charges/:uin/change", async (c) =>
    told(c, await book.change(found(c), await read(c, chargeChange))),
  );
  const reason = z.strictObject({ reason: z.string().max(512).optional() });
  for (const [verb, meaning] of [
    ["annul", "3"],
    ["reinstate", "4"],
  ] as const) {
    app.post(`/charges/:uin/${verb}`, async (c) =>
      told(c, await book.turn(found(c), meaning, (await read(c, reason)).reason)),
    );
  }
  app.post("/charges/:uin/pay", async (c) => told(c, await book.pay(found(c), await read(c, paymentOrder))));
  app.post("/charges/:uin/revoke", async (c) => {
    const { paymentId } = await read(c, z.strictObject({ paymentId: z.string() }));
    return told(c, await book.revoke(found(c), paymentId));
  });
  app.post("/charges/:uin/acknowledge", async (c) => {
    const { status } = await read(c, z.strictObject({ status: z.enum(["1", "2", "3", "4", "5"]) }));
    const charge = found(c);
    const same = { meaning: charge.meaning, changeDate: charge.changeDate };
    return told(c, await book.change(charge, { ...same, acknowledgment: status }));
  });
}

function noticeRoutes(app: Hono, { book, notices }: ControlOptions): void {
  app.get("/subscription", (c) => c.json({ url: book.subscription }));
  app.post("/subscription", async (c) => {
    const { url } = await read(c, z.strictObject({ url: z.union([z.literal(""), z.url()]) }));
    await book.subscribe(url);
    return c.json({ url });
  });
  app.get("/notices", (c) => c.json(notices.list()));
  app.post("/notices", async (c) => {
    const { uins } = await read(c, z.strictObject({ uins: z.array(z.string()).min(1).max(100) }));
    const charges = uins.map((uin) => book.find(uin)).filter((one) => one !== undefined);
    return c.json(await notices.tell(charges), 201);
  });
  app.post("/notices/:id/send", async (c) => {
    const notice = notices.find(c.req.param("id"));
    if (notice === undefined) throw new BadOrder(404, "no such notice");
    if (book.subscription === "") throw new BadOrder(422, "nobody has subscribed");
    await notices.deliver(notice);
    return c.json(notice);
  });
}

function shown(charge: ChargeRecord) {
  return { ...charge, left: leftOf(charge), matched: acknowledgmentOf(charge) };
}

async function read<Shape extends z.ZodType>(c: Context, shape: Shape): Promise<z.output<Shape>> {
  const text = await c.req.text();
  let body: unknown;
  try {
    body = text === "" ? {} : JSON.parse(text);
  } catch (cause) {
    throw new BadOrder(422, `not JSON: ${String(cause)}`);
  }
  const result = shape.safeParse(body);
  if (result.success) return result.data;
  throw new BadOrder(422, z.prettifyError(result.error));
}
