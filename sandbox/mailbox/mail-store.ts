import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { simpleParser } from "mailparser";
import { CityTime, type ClockEntry, clockEntry } from "../city-clock.ts";
import { type CityJournal, openCityJournal } from "../city-journal.ts";

/** A message as the mailbox gives it out. `headers` are unfolded, keyed by lower-case name, several of one name in order. */
export interface StoredMail {
  readonly id: string;
  readonly messageId: string | null;
  readonly from: string;
  readonly to: readonly string[];
  readonly envelope: { readonly from: string; readonly to: readonly string[] };
  readonly subject: string;
  readonly text: string;
  readonly html: string | null;
  readonly headers: Readonly<Record<string, readonly string[]>>;
  readonly receivedAt: string;
}

/** One time that a client handed a message over (or tried to): the raw count behind "one mail per event". */
export interface Delivery {
  readonly at: string;
  readonly messageId: string | null;
  readonly from: string;
  readonly to: readonly string[];
  readonly outcome: "stored" | "refused" | "stored-then-dropped" | "dropped";
  readonly replyCode: number | null;
  readonly mail: string | null;
}

type Entry =
  | {
      readonly kind: "delivery";
      readonly delivery: Delivery;
      readonly mail?: StoredMail;
      readonly raw?: string;
    }
  | { readonly kind: "cleared"; readonly at: string }
  | ClockEntry;

/** Everything the mailbox has received, in memory and in a journal on the disk. */
export class MailStore {
  readonly #journal: CityJournal<Entry>;
  #mails = new Map<string, { mail: StoredMail; raw: string }>();
  readonly #deliveries: Delivery[] = [];
  /** The time that letters are received at. */
  readonly clock = new CityTime();

  /** Opens `mailbox.jsonl` in `dataDir` and reads what is there. */
  constructor(dataDir: string) {
    this.#journal = openCityJournal<Entry>(join(dataDir, "mailbox.jsonl"), (entry) => this.#apply(entry));
  }

  /** Messages, newest last. */
  mails(): readonly StoredMail[] {
    return [...this.#mails.values()].map((one) => one.mail);
  }

  find(id: string): StoredMail | undefined {
    return this.#mails.get(id)?.mail;
  }

  /** The bytes as they came over SMTP. */
  raw(id: string): Buffer | undefined {
    const found = this.#mails.get(id);
    return found && Buffer.from(found.raw, "base64");
  }

  deliveries(): readonly Delivery[] {
    return this.#deliveries;
  }

  /** Durable when it resolves. Without `raw` only the attempt is noted. */
  async record(delivery: Omit<Delivery, "mail">, content?: { mail: StoredMail; raw: Buffer }): Promise<void> {
    const entry: Entry = content
      ? {
          kind: "delivery",
          delivery: { ...delivery, mail: content.mail.id },
          mail: content.mail,
          raw: content.raw.toString("base64"),
        }
      : { kind: "delivery", delivery: { ...delivery, mail: null } };
    await this.#journal.append(entry);
    this.#apply(entry);
  }

  /** Empties the mailbox; the deliveries stay, they are history. */
  async clear(at: string): Promise<void> {
    const entry: Entry = { kind: "cleared", at };
    await this.#journal.append(entry);
    this.#apply(entry);
  }

  /** Durable when it resolves. */
  async setClock(order: Parameters<typeof clockEntry>[0]): Promise<void> {
    const entry = clockEntry(order);
    await this.#journal.append(entry);
    this.#apply(entry);
  }

  close(): Promise<void> {
    return this.#journal.close();
  }

  #apply(entry: Entry): void {
    if (entry.kind === "clock") return this.clock.apply(entry);
    if (entry.kind === "cleared") {
      this.#mails = new Map();
      return;
    }
    this.#deliveries.push(entry.delivery);
    if (entry.mail && entry.raw !== undefined)
      this.#mails.set(entry.mail.id, { mail: entry.mail, raw: entry.raw });
  }
}

/** Reads a message as a mail program would. Rejects only when the bytes are no mail at all. */
export async function readMail(
  raw: Buffer,
  envelope: StoredMail["envelope"],
  receivedAt: string,
): Promise<StoredMail> {
  const parsed = await simpleParser(raw, { skipTextToHtml: true, keepCidLinks: true });
  const headers: Record<string, string[]> = {};
  for (const { key, line } of parsed.headerLines) {
    const value = line
      .slice(line.indexOf(":") + 1)
      .replace(/\r?\n[ \t]+/g, " ")
      .trim();
    headers[key] = [...(headers[key] ?? []), value];
  }
  const recipients = Array.isArray(parsed.to) ? parsed.to : parsed.to ? [parsed.to] : [];
  const addresses = recipients.flatMap((field) => field.value.map((one) => one.address ?? one.name));
  return {
    id: randomUUID(),
    messageId: parsed.messageId ?? null,
    from: parsed.from?.text ?? envelope.from,
    to: addresses.length > 0 ? addresses : envelope.to,
    envelope,
    subject: parsed.subject ?? "",
    text: parsed.text ?? "",
    html: typeof parsed.html === "string" ? parsed.html : null,
    headers,
    receivedAt,
  };
}
