/** A line of the bank's own book, as far as the suite reads it. */
type Line = {
  readonly kind?: string;
  readonly key?: string;
  readonly chargeId?: string;
  readonly paymentId?: string;
  readonly objectId?: string;
  readonly amountMinor?: number;
};
type Which = (line: Line) => boolean;
type Moved = readonly { readonly amountMinor: number }[];

/** What the sandbox bank confesses through its control interface. */
export class BankRecords {
  readonly #url: string;

  constructor(url: string) {
    this.#url = url;
  }

  async control(method: string, address: string, body?: unknown): Promise<unknown> {
    const response = await fetch(this.#url + address, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (!response.ok) throw new Error(`${method} ${address}: ${response.status} ${await response.text()}`);
    return response.json();
  }

  async debits(which: Which): Promise<Moved> {
    const debits = (await this.control("GET", "/debits")) as Line[];
    return amounts(debits.filter(which));
  }

  async returned(which: Which): Promise<Moved> {
    const journal = await this.#journal();
    return amounts(journal.filter((entry) => entry.kind === "money-returned" && which(entry)));
  }

  async requests(which: Which): Promise<number> {
    const journal = await this.#journal();
    return journal.filter((entry) => entry.kind === "request" && which(entry)).length;
  }

  async aheadByMinutes(minutes: number): Promise<void> {
    await this.control("POST", "/clock", { offsetMs: minutes * 60_000, scale: 1 });
  }

  async #journal(): Promise<Line[]> {
    return (await this.control("GET", "/journal")) as Line[];
  }
}

function amounts(lines: readonly Line[]): Moved {
  return lines.map(({ amountMinor = 0 }) => ({ amountMinor }));
}
