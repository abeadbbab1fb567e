/**
 * Whose rows of a table are a person's. `self`: the row of the resident; `resident`: by the column resident_id; `principal`: by the name of the token; `about`: what they
 * did themselves, and what was done about their payments; the others through what they own. `everybody`: a catalogue without personal data; `nobody`: the engine's own.
 */
export type Rows =
  | "self"
  | "resident"
  | "principal"
  | "about"
  | "mandate"
  | "payment"
  | "charge"
  | "refund"
  | "transaction"
  | "bill"
  | "subject"
  | "everybody"
  | "nobody";

/** What a person may write of their own rows besides the commands (schema `person`): everything else of theirs is written by functions that ask whose it is. */
export type Writes = {
  readonly insert?: true;
  readonly delete?: true;
  /** The columns that may change. */
  readonly update?: readonly string[];
};

/** One table: whose rows a person reaches, what they may write there, and what of it they take along. */
export type TableRule = {
  readonly rows: Rows;
  readonly writes?: Writes;
  /** Columns that a person's queries never read, with the reason. */
  readonly hidden?: Readonly<Record<string, string>>;
  /** Its primary key, where its rows are in the export. */
  readonly key?: readonly [string, ...string[]];
  /** Sealed columns that the export opens for their owner, by the column whose value is their associated data. */
  readonly opened?: Readonly<Record<string, string>>;
  /** Columns that the export leaves out, with the reason. */
  readonly leftOut?: Readonly<Record<string, string>>;
  /** Why nothing of this table is in the export. */
  readonly notExported?: string;
};

const secret = "a secret that only the machine uses";
const gatewaySecret = "the gateway's, and of use to nobody else";
/** Anybody may top up anybody's number; that gives nobody its balance. */
const balanceOfAnybody = "the number may be somebody else's: who tops it up is not told what is on it";
const sealedProof = "kept sealed as proof; what it says stands in the other columns";

/**
 * THE rule of every table: who reaches which rows with the API's role (db/rights/row-security.ts makes policies and grants of it), and what the export of a person holds. A table that
 * is not here fails a test, and is out of a person's reach until it is.
 */
export const TABLE_RULES = {
  residents: {
    rows: "self",
    key: ["id"],
    writes: {
      insert: true,
      update: [
        "name",
        "email",
        "email_verified",
        "email_own",
        "locale",
        "locale_own",
        "zone",
        "zone_own",
        "terms_version",
      ],
    },
  },
  terms_acceptances: { rows: "resident", key: ["id"], writes: { insert: true } },
  sessions: {
    rows: "resident",
    key: ["id"],
    writes: { insert: true, update: ["ended_at", "last_seen_at"] },
    leftOut: { token_hash: secret },
  },
  address_proofs: {
    rows: "resident",
    key: ["resident_id"],
    writes: { insert: true, update: ["address", "token_hash", "expires_at"], delete: true },
    opened: { address: "resident_id" },
    leftOut: { token_hash: secret },
  },
  saved_identifiers: {
    rows: "resident",
    key: ["id"],
    writes: { insert: true, update: ["label", "proved_by"], delete: true },
    opened: { sealed: "id" },
  },
  payer_accounts: {
    rows: "resident",
    key: ["resident_id", "biller_id", "account"],
    writes: { insert: true, update: ["label"] },
  },
  added_bills: {
    rows: "resident",
    key: ["resident_id", "bill_id"],
    writes: { insert: true, update: ["label"] },
  },
  templates: {
    rows: "resident",
    key: ["id"],
    writes: { insert: true, update: ["name", "amount_minor", "changed_at"], delete: true },
  },
  source_readings: { rows: "resident", key: ["resident_id", "source"] },
  methods: {
    rows: "resident",
    key: ["id"],
    writes: { insert: true, update: ["place"] },
    leftOut: { token: gatewaySecret, confirmation: gatewaySecret },
  },
  consents: { rows: "resident", key: ["id"], writes: { insert: true } },
  mandates: {
    rows: "resident",
    key: ["id"],
    writes: { insert: true, update: ["version", "changed_at"] },
  },
  mandate_versions: { rows: "mandate", key: ["mandate_id", "version"], writes: { insert: true } },
  mandate_pauses: { rows: "mandate", key: ["mandate_id", "author"] },
  mandate_dormancy: { rows: "mandate", key: ["mandate_id"] },
  mandate_runs: { rows: "mandate", key: ["mandate_id", "period_kind", "period"] },
  top_ups: { rows: "mandate", key: ["mandate_id", "cycle"], leftOut: { balance_minor: balanceOfAnybody } },
  balance_readings: {
    rows: "mandate",
    hidden: { balance_minor: balanceOfAnybody, currency: balanceOfAnybody },
    notExported: balanceOfAnybody,
  },
  autopay_declines: { rows: "resident", key: ["resident_id", "biller_id", "account"] },
  skip_marks: { rows: "mandate", key: ["mandate_id", "claim_key", "part"] },
  bills: { rows: "bill", key: ["id"] },
  bill_versions: { rows: "bill", key: ["bill_id", "version"] },
  payments: { rows: "resident", key: ["id"] },
  instructions: {
    rows: "resident",
    key: ["id"],
    writes: { update: ["phone"] },
    opened: { phone: "payment_id" },
  },
  notices: { rows: "payment", key: ["id"] },
  signed_links: { rows: "resident", key: ["id"], leftOut: { token_hash: secret } },
  claims: { rows: "payment", key: ["claim_key", "part"] },
  claim_history: { rows: "payment", key: ["id"] },
  limit_use: { rows: "payment", key: ["payment_id", "scope"] },
  prepared_objects: { rows: "payment", key: ["payment_id", "round"] },
  charges: {
    rows: "payment",
    key: ["id"],
    leftOut: { request: gatewaySecret, confirmation: gatewaySecret },
  },
  gate_passes: { rows: "charge", key: ["charge_id", "kind", "transmission"] },
  evidence: { rows: "charge", key: ["id"], leftOut: { raw: sealedProof } },
  refunds: { rows: "payment", key: ["id"], leftOut: { request: gatewaySecret } },
  refund_passes: { rows: "refund", key: ["refund_id", "transmission"] },
  refund_evidence: { rows: "refund", key: ["id"], leftOut: { raw: sealedProof } },
  ledger_transactions: { rows: "payment", key: ["id"] },
  ledger_entries: { rows: "transaction", key: ["transaction_id", "line"] },
  notifications: { rows: "resident", key: ["id"] },
  digests: { rows: "resident", key: ["id"] },
  notification_choices: {
    rows: "resident",
    key: ["resident_id", "topic", "channel", "category", "event"],
    writes: { insert: true, update: ["choice", "changed_at"], delete: true },
  },
  notification_mutes: {
    rows: "resident",
    key: ["resident_id", "kind", "subject_id"],
    writes: { insert: true, delete: true },
  },
  notification_settings: {
    rows: "resident",
    key: ["resident_id"],
    writes: {
      insert: true,
      update: ["quiet", "quiet_from", "quiet_to", "digest_at", "push_amounts", "changed_at"],
    },
  },
  unsubscribe_links: { rows: "resident", key: ["notification_id"], leftOut: { token_hash: secret } },
  notification_channels: { rows: "everybody", notExported: "channels; the same for everybody" },
  notification_rules: { rows: "everybody", notExported: "what events mean; the same for everybody" },
  push_subscriptions: {
    rows: "resident",
    key: ["id"],
    opened: { sealed: "id" },
    leftOut: { endpoint_hash: secret },
  },
  push_deliveries: {
    rows: "resident",
    key: ["notification_id", "subscription_id"],
    leftOut: { token_hash: secret },
  },
  audit: { rows: "about", key: ["id"], writes: { insert: true } },
  bill_subjects: {
    rows: "subject",
    notExported: "keyed hashes of the identifiers that a bill is about; one's own stand in saved_identifiers",
  },
  idempotency_keys: {
    rows: "principal",
    writes: {
      insert: true,
      update: ["lease_until", "made_id", "state", "status", "headers", "body"],
      delete: true,
    },
    notExported: "repetitions of commands, sealed, gone after seven days",
  },
  letters: {
    rows: "nobody",
    // a letter is sealed: it can be left here, and read by none of those who leave one
    writes: { insert: true },
    notExported: "letters on their way, sealed, gone once they are sent",
  },
  billers: {
    rows: "everybody",
    hidden: { webhook_secret: secret, file_format: "how its files are read" },
    notExported: "who issues bills; the same for everybody",
  },
  categories: { rows: "everybody", notExported: "the catalogue; the same for everybody" },
  deployment: { rows: "everybody", notExported: "what this database is for" },
  sandbox_clock: { rows: "everybody", notExported: "the sandbox's clock" },
  source_states: { rows: "everybody", notExported: "how the sources of bills do; the same for everybody" },
  alarm_mails: { rows: "nobody", notExported: "mails to operators, without personal data" },
  alarms: { rows: "nobody", notExported: "which case was told to operators" },
  bank_holidays: { rows: "nobody", notExported: "days on which banks do not work; the same for everybody" },
  bill_sources: {
    rows: "nobody",
    notExported: "what several sources say of a bill; what counts of it stands in bills and bill_versions",
  },
  bill_rereads: {
    rows: "nobody",
    notExported: "how sources were asked before debits; what came of it stands in gate_passes",
  },
  bill_twins: { rows: "nobody", notExported: "which bills wait to become one" },
  card_bans: { rows: "nobody", notExported: "keyed hashes of cards that may not be charged" },
  card_caps: { rows: "nobody", notExported: "limits of the card networks; the same for everybody" },
  cases: {
    rows: "nobody",
    notExported: "tasks of the operators; what came of them stands in payments, refunds and evidence",
  },
  follow_ups: {
    rows: "nobody",
    notExported: "who began to follow which bills a moment ago, gone in seconds",
  },
  mail_returns: {
    rows: "nobody",
    notExported: "that a message came back; what the server said stands with the message in notifications",
  },
  suppressed_addresses: {
    rows: "nobody",
    notExported: "hashes of addresses that mail came back from; the page says so of one's own",
  },
  gateway_circuits: { rows: "nobody", notExported: "how a gateway does" },
  gateway_nudges: {
    rows: "nobody",
    notExported: "news of gateways, gone after seven days; what they led to stands in evidence",
  },
  holiday_calendars: {
    rows: "nobody",
    notExported: "how far bank holidays are decreed; the same for everybody",
  },
  holds: { rows: "nobody", notExported: "operators' holds on gateways, billers and categories" },
  kysely_migration: { rows: "nobody", notExported: "versions of the database" },
  kysely_migration_lock: { rows: "nobody", notExported: "versions of the database" },
  method_doubts: {
    rows: "nobody",
    notExported: "which mandates are looked at for their methods, gone in seconds",
  },
  notification_refusals: { rows: "nobody", notExported: "counts of refused notifications of gateways" },
  outbox: { rows: "nobody", notExported: "messages between our own processes, gone after seven days" },
  rate_limits: { rows: "nobody", notExported: "keyed hashes and an instant each" },
  registry_chunks: { rows: "nobody", notExported: "how far a file of a biller's has come" },
  registry_files: { rows: "nobody", notExported: "files of billers; what they told stands in bills" },
  registry_known: { rows: "nobody", notExported: "hashes of the lines of a biller's last file" },
  registry_lines: { rows: "nobody", notExported: "bills of a file that do not count yet" },
  registry_parts: { rows: "nobody", notExported: "a biller's file on its way, sealed" },
  registry_payees: { rows: "nobody", notExported: "payees that a biller's file names" },
  registry_refusals: {
    rows: "nobody",
    notExported: "numbers of refused lines and what was wrong with them",
  },
  release_turns: { rows: "nobody", notExported: "in which order held payments went on" },
  releases: { rows: "nobody", notExported: "operators' releases of holds" },
  resolution_documents: {
    rows: "nobody",
    notExported: "documents of operators, who prove a decision by them; they may speak of others",
  },
  resolutions: {
    rows: "nobody",
    notExported: "decisions of two operators; what came of them stands in evidence",
  },
  source_outages: { rows: "nobody", notExported: "which silence of a source was told of" },
  source_notices: {
    rows: "nobody",
    notExported: "news of sources; what they led to stands in bills and bill_versions",
  },
  webhook_endpoints: { rows: "nobody", notExported: "addresses of integrators; of nobody's person" },
  webhook_events: {
    rows: "nobody",
    notExported: "ids, states, sums and days of what stands in the objects themselves; gone after a month",
  },
  webhook_deliveries: {
    rows: "nobody",
    notExported: "which event reached which integrator; gone after a month",
  },
  widget_uses: {
    rows: "nobody",
    notExported: "keyed hashes of person and month; nobody can tell whose",
  },
} as const satisfies Readonly<Record<string, TableRule>>;

export type RuledTable = keyof typeof TABLE_RULES;

/** The rule of a table; undefined: nobody has decided yet. */
export function ruleOfTable(table: string): TableRule | undefined {
  return (TABLE_RULES as Readonly<Record<string, TableRule>>)[table];
}
