import type { Database } from "../../db/database.ts";
import { listAccounts } from "../../db/queries/accounts.ts";
import { listArchive, sumArchive } from "../../db/queries/archive.ts";
import { listBillers } from "../../db/queries/billers.ts";
import { listBills } from "../../db/queries/bills.ts";
import { listCases } from "../../db/queries/cases.ts";
import { listCategories } from "../../db/queries/catalogue.ts";
import { listCircuits } from "../../db/queries/circuits.ts";
import { listHolds, listReleases } from "../../db/queries/holds.ts";
import { listMandates } from "../../db/queries/mandates.ts";
import { listMethods } from "../../db/queries/methods.ts";
import { listEvidence, listGatePasses } from "../../db/queries/operator.ts";
import { readTimeline } from "../../db/queries/payment-record.ts";
import { listChannels, listChoices, listMutes } from "../../db/queries/preferences.ts";
import { listPushDevices } from "../../db/queries/push-devices.ts";
import { listPayments } from "../../db/queries/payments.ts";
import { listResolutions, listUndecidedCharges } from "../../db/queries/resolutions.ts";
import { listIdentifiers } from "../../db/queries/saved-identifiers.ts";
import { listUnnamedMethods } from "../../db/queries/saved-methods.ts";
import { listSessions } from "../../db/queries/sessions.ts";
import { listRefusals, listRegistryFiles, listUploadsToImport } from "../../db/queries/registry-files.ts";
import { listFreshness } from "../../db/queries/source-readings.ts";
import { listWebhooks } from "../../db/queries/webhook-endpoints.ts";
import { listWebhookDeliveries } from "../../db/queries/webhook-records.ts";
import { listTemplates } from "../../db/queries/templates.ts";
import { somebody } from "./world.ts";

/** One way in which a list is asked for. */
export type ListCase = {
  /** The function that asks, and how. */
  readonly query: string;
  readonly how: string;
  /** The addresses that answer with it; empty: a loop or a command of operators reads it. */
  readonly routes: readonly string[];
  readonly ask: (db: Database) => Promise<unknown>;
};

const { residentId, paymentId } = somebody;
const at = "2025-06-01T00:00:00.000Z";
const limit = 21;

function asked(
  query: string,
  routes: readonly string[],
  ways: Readonly<Record<string, ListCase["ask"]>>,
): readonly ListCase[] {
  return Object.entries(ways).map(([how, ask]) => ({ query, how, routes, ask }));
}

const unaskedWords = "платеж без счета: ";

const ofPeople: readonly ListCase[] = [
  ...asked("listArchive", ["GET /v1/archive", "GET /v1/archive.csv"], {
    "first page": (db) => listArchive(db, { residentId, words: [], unaskedWords, limit }),
    "an older page": (db) =>
      listArchive(db, {
        residentId,
        words: [],
        unaskedWords,
        limit,
        place: { side: "older", at, id: "bill-000000065" },
      }),
    "a newer page": (db) =>
      listArchive(db, {
        residentId,
        words: [],
        unaskedWords,
        limit,
        place: { side: "newer", at, id: "bill-000000065" },
      }),
    "words, a category, a year, a state, sums": (db) =>
      listArchive(db, {
        residentId,
        words: ["получатель", "услуги"],
        unaskedWords,
        category: "kind-8",
        from: "2025-01-01",
        until: "2025-12-31",
        state: "paid",
        leastMinor: 1,
        mostMinor: 9_999_999,
        limit,
      }),
  }),
  ...asked("sumArchive", ["GET /v1/archive/sums"], { all: (db) => sumArchive(db, residentId) }),
  ...asked("listBills", ["GET /v1/bills"], {
    "to pay": (db) => listBills(db, { residentId, state: "owed", limit }),
    all: (db) => listBills(db, { residentId, limit }),
    "a further page": (db) =>
      listBills(db, { residentId, after: { dueOn: "2025-06-01", id: "bill-000000065" }, limit }),
  }),
  ...asked("listPayments", ["GET /v1/payments"], {
    "first page": (db) => listPayments(db, { residentId, limit }),
    "a further page": (db) =>
      listPayments(db, { residentId, after: { createdAt: at, id: paymentId }, limit }),
  }),
  ...asked("listTemplates", ["GET /v1/templates"], { all: (db) => listTemplates(db, residentId) }),
  ...asked("readTimeline", ["GET /v1/payments/{id}/timeline"], { one: (db) => readTimeline(db, paymentId) }),
  ...asked("listAccounts", ["GET /v1/accounts"], { all: (db) => listAccounts(db, residentId) }),
  ...asked("listMandates", ["GET /v1/mandates"], {
    "first page": (db) => listMandates(db, { residentId, limit }),
    "a further page": (db) =>
      listMandates(db, { residentId, after: { createdAt: at, id: "mandate-00000007" }, limit }),
  }),
  ...asked("listMethods", ["GET /v1/methods", "GET /v1/method-choice"], {
    all: (db) => listMethods(db, residentId),
  }),
  ...asked("listSessions", ["GET /v1/me/sessions"], {
    all: (db) => listSessions(db, { residentId, token: null, idleSeconds: 7_200 }),
  }),
  ...asked("listFreshness", ["GET /v1/me/sources"], { all: (db) => listFreshness(db, residentId) }),
  ...asked("listIdentifiers", ["GET /v1/me/identifiers"], { all: (db) => listIdentifiers(db, residentId) }),
];

const ofMessages: readonly ListCase[] = [
  ...asked("listPushDevices", ["GET /v1/me/push-devices"], {
    all: (db) => listPushDevices(db, residentId),
  }),
  ...asked("listMutes", ["GET /v1/me/notifications/mutes"], { all: (db) => listMutes(db, residentId) }),
  ...asked("listChoices", [], { "the grid of one person": (db) => listChoices(db, residentId) }),
  ...asked("listChannels", [], { "what reaches one person": (db) => listChannels(db, residentId) }),
];

const ofIntegrators: readonly ListCase[] = [
  ...asked("listWebhooks", ["GET /v1/operator/webhooks"], {
    "first page": (db) => listWebhooks(db, { limit }),
    "a further page": (db) => listWebhooks(db, { after: { createdAt: at, id: "webhook-07" }, limit }),
  }),
  ...asked("listWebhookDeliveries", ["GET /v1/operator/webhook-deliveries"], {
    "first page": (db) => listWebhookDeliveries(db, { limit }),
    "dead letters of one endpoint, a further page": (db) =>
      listWebhookDeliveries(db, {
        endpointId: "webhook-07",
        state: "dead",
        before: { createdAt: at, id: "delivery-07" },
        limit,
      }),
    "of one object": (db) => listWebhookDeliveries(db, { objectId: "payment-000000019", limit }),
  }),
];

const ofFiles: readonly ListCase[] = [
  ...asked("listRegistryFiles", ["GET /v1/billers/{id}/registry-files"], {
    "first page": (db) => listRegistryFiles(db, { billerId: "biller-17", limit }),
    "a further page": (db) => listRegistryFiles(db, { billerId: "biller-17", before: 50_000, limit }),
  }),
  ...asked("listRefusals", ["GET /v1/billers/{id}/registry-files/{file}/report"], {
    "first page": (db) => listRefusals(db, { fileNo: 17, after: 0, limit: 1_000 }),
    "a further page": (db) => listRefusals(db, { fileNo: 17, after: 165, limit: 1_000 }),
  }),
  ...asked("listUploadsToImport", [], { "the loop's next": (db) => listUploadsToImport(db) }),
];

const ofTheCatalogue: readonly ListCase[] = [
  ...asked("listBillers", ["GET /v1/billers"], {
    "by category": (db) => listBillers(db, { category: "kind-8", words: [], limit }),
    "by words": (db) => listBillers(db, { words: ["получатель", "17"], limit }),
    "a further page": (db) => listBillers(db, { words: [], after: "biller-17", limit }),
  }),
  ...asked("listCategories", ["GET /v1/categories"], {
    "first page": (db) => listCategories(db, { audience: "organisation", words: [], limit: 101 }),
    "by words, a further page": (db) =>
      listCategories(db, { words: ["вид"], after: { position: 7, id: "kind-7" }, limit: 101 }),
  }),
];

const ofOperators: readonly ListCase[] = [
  ...asked("listCases", ["GET /v1/operator/cases"], {
    open: (db) => listCases(db, { state: "open", limit }),
    all: (db) => listCases(db, { limit }),
    "closed, a further page": (db) =>
      listCases(db, { state: "closed", after: { openedAt: at, id: "case-00000001" }, limit }),
  }),
  ...asked("listUndecidedCharges", ["GET /v1/operator/charges"], {
    "first page": (db) => listUndecidedCharges(db, { limit }),
    "a further page": (db) =>
      listUndecidedCharges(db, { after: { firstSentAt: at, id: "payment-000000019-1" }, limit }),
  }),
  ...asked("listHolds", ["GET /v1/operator/holds"], { all: (db) => listHolds(db) }),
  ...asked("listReleases", ["GET /v1/operator/holds"], { all: (db) => listReleases(db) }),
  ...asked("listGatePasses", [], { "of one payment": (db) => listGatePasses(db, paymentId) }),
  ...asked("listEvidence", [], { "of one payment": (db) => listEvidence(db, paymentId) }),
  ...asked("listResolutions", ["GET /v1/operator/charges"], {
    "of a page of charges": (db) => listResolutions(db, [`${paymentId}-1`]),
  }),
  ...asked("listUnnamedMethods", [], {
    "the loop's next": (db) => listUnnamedMethods(db, { after: "method-00000007", limit }),
  }),
  ...asked("listCircuits", [], { all: (db) => listCircuits(db) }),
];

/** Every list that an address, a page or a loop of ours reads, asked as they ask. */
export const LISTS: readonly ListCase[] = [
  ...ofPeople,
  ...ofMessages,
  ...ofIntegrators,
  ...ofFiles,
  ...ofTheCatalogue,
  ...ofOperators,
];
