import { archive, templates } from "./client-archive.ts";
import { finding } from "./client-finding.ts";
import { links } from "./client-links.ts";
import { people } from "./client-people.ts";
import { push } from "./client-push.ts";
import { preferences } from "./client-preferences.ts";
import { registryFiles } from "./client-registry-files.ts";
import { webhooks } from "./client-webhooks.ts";
import { createRequester, type ClientOptions } from "./client-request.ts";
import type { Account, Biller, BillerDetails, Category, ConnectAccount } from "./schemas/billers.ts";
import type { Bill } from "./schemas/bills.ts";
import type { Page } from "./schemas/fields.ts";
import type { Forecast } from "./schemas/forecast.ts";
import type { Health, Ready } from "./schemas/health.ts";
import type {
  CancelMandate,
  CreateMandateInput,
  EditMandate,
  Mandate,
  MandateStop,
  PauseMandate,
} from "./schemas/mandates.ts";
import type { Identified, Identify, PaymentQr, QrPicture } from "./schemas/identifiers.ts";
import type { MethodChoice, MethodKinds } from "./schemas/method-rules.ts";
import type { Method, OrderMethods, StartBinding } from "./schemas/methods.ts";
import type {
  Case,
  Clock,
  ClockStand,
  ClockStep,
  CloseCase,
  EndSessions,
  Holds,
  MoveClock,
  OperatorPayment,
  PlacedHold,
  PlaceHold,
  Released,
  StepClock,
  TrialBalance,
} from "./schemas/operator.ts";
import type { ConfirmPayment, PayBill, Payment, Receipt, TimelineEntry } from "./schemas/payments.ts";
import type { EndedSessions } from "./schemas/people.ts";
import type { OperatorCharge, Resolution, Resolve } from "./schemas/resolutions.ts";
import type { MethodStop, SkipAnswer } from "./schemas/stops.ts";
import type { Why } from "./schemas/why.ts";

export { ApiProblem, type ClientOptions, type Download } from "./client-request.ts";
export type { ArchiveWish } from "./client-archive.ts";
export type { ChangeTemplate, CreateTemplate, PayTemplate, Template } from "./schemas/templates.ts";
export type { ArchiveEntry, ArchivePage, ArchiveSum } from "./schemas/archive.ts";
export type {
  Account,
  Biller,
  BillerDetails,
  BillerName,
  Category,
  ConnectAccount,
} from "./schemas/billers.ts";
export type { Bill, Payee } from "./schemas/bills.ts";
export type { Page } from "./schemas/fields.ts";
export type { AddBills, FoundBill, Freshness, LookedUp, LookUp } from "./schemas/finding.ts";
export type { Forecast, ForecastLine } from "./schemas/forecast.ts";
export type { Health, Ready } from "./schemas/health.ts";
export type { DebitLink, RenewalLink, SignedLink } from "./schemas/signed-links.ts";
export type { Unsubscribe } from "./schemas/unsubscribing.ts";
export type {
  CancelMandate,
  Consent,
  CreateMandateInput,
  EditMandate,
  Mandate,
  MandateStop,
  PauseMandate,
  Terms,
} from "./schemas/mandates.ts";
export type { Identified, Identify, PaymentQr, QrPicture } from "./schemas/identifiers.ts";
export type { MethodChoice, MethodKinds } from "./schemas/method-rules.ts";
export type { Method, OrderMethods, StartBinding } from "./schemas/methods.ts";
export type {
  Case,
  Clock,
  ClockStand,
  ClockStep,
  CloseCase,
  Hold,
  Holds,
  MoveClock,
  OperatorPayment,
  PlacedHold,
  PlaceHold,
  Release,
  Released,
  StepClock,
  TrialBalance,
} from "./schemas/operator.ts";
export type { ConfirmPayment, PayBill, Payment, Receipt, TimelineEntry } from "./schemas/payments.ts";
export type { PushDevice, PushDevices } from "./schemas/push.ts";
export type { Problem } from "./schemas/problem.ts";
export type { Erasure, LivingSession, Me, ServiceTermsView, Session, Settings } from "./schemas/people.ts";
export type { ChooseCells, ChoosePreferences, Mute, MuteWish, Preferences } from "./schemas/preferences.ts";
export type { TestMessage, TestMessageWish } from "./schemas/test-messages.ts";
export type { SavedIdentifier, SaveIdentifier, WholeIdentifier } from "./schemas/profile.ts";
export type { SentRegistryFile } from "./client-registry-files.ts";
export type { RegistryFile } from "./schemas/registry-files.ts";
export type { OperatorCharge, Resolution, Resolve } from "./schemas/resolutions.ts";
export type { InFlight, MethodStop, SkipAnswer } from "./schemas/stops.ts";
export type { Webhook, WebhookDelivery, WebhookWithSecret } from "./schemas/webhooks.ts";
export type { Why } from "./schemas/why.ts";

/** For one command: the same key again gives the same answer again. Left out, every call is a command of its own. */
export type Command = { readonly idempotencyKey?: string };

/** One page of a list; `cursor` is the `nextCursor` of the page before. */
export type PageRequest = { readonly cursor?: string; readonly limit?: number };

/**
 * The API by intention, for pages, commands and programs. Every method answers the body of a 2xx and throws {@link ApiProblem} for the rest; a broken
 * connection is thrown as `fetch` throws it. Nothing is repeated by itself: to repeat a command safely, give it a key of your own.
 */
export type Client = ReturnType<typeof createClient>;

/** @see Client */
export function createClient(options: ClientOptions) {
  return {
    ...people(options),
    ...push(options),
    ...preferences(options),
    ...archive(options),
    ...templates(options),
    ...bills(options),
    ...finding(options),
    ...identifiers(options),
    ...methods(options),
    ...mandates(options),
    ...payments(options),
    ...links(options),
    ...operator(options),
    ...registryFiles(options),
    ...casesAndResolutions(options),
    ...webhooks(options),
  };
}

function bills(options: ClientOptions) {
  const { get, send } = createRequester(options);
  return {
    /** Kinds of bills, with titles in the client's language; `q`: words of a title. */
    listCategories: (
      query: PageRequest & {
        readonly id?: string;
        readonly audience?: "person" | "organisation";
        readonly q?: string;
      } = {},
    ) => get<Page<Category>>("/v1/categories", query),
    /** Billers by name; `q`: words of the name in Russian or English, or an INN. */
    listBillers: (
      query: PageRequest & {
        readonly category?: string;
        readonly audience?: "person" | "organisation";
        readonly q?: string;
      } = {},
    ) => get<Page<Biller>>("/v1/billers", query),
    /** One biller, with what it asks its payer for. */
    getBiller: (id: string) => get<BillerDetails>(`/v1/billers/${encodeURIComponent(id)}`),
    listBills: (query: PageRequest & { readonly state?: Bill["state"] } = {}) =>
      get<Page<Bill>>("/v1/bills", query),
    getBill: (id: string) => get<Bill>(`/v1/bills/${encodeURIComponent(id)}`),
    /** Why this bill was or was not charged. */
    whyBill: (id: string) => get<Why>(`/v1/bills/${encodeURIComponent(id)}/why`),
    listAccounts: () => get<Page<Account>>("/v1/accounts"),
    /** Connects an account of mine at a biller: its bills become visible, now and later. */
    connectAccount: (body: ConnectAccount, command: Command = {}) =>
      send<Account>("POST", "/v1/accounts", { body, ...command }),
    /** Is the API able to work? Answers also when it is not. */
    ready: () => get<Ready>("/health/ready"),
    /** How the engine's work stands. */
    health: () => get<Health>("/health"),
  };
}

function identifiers(options: ClientOptions) {
  const { ask } = createRequester(options);
  return {
    /** What a text may be, and what is wrong with it. Nothing is looked up. */
    identify: (body: Identify) => ask<Identified>("/v1/identify", { body }),
    /** Reads the QR of a paper bill from the bytes of the code, never from text that a decoder made of them. */
    readPaymentQr: (bytes: Uint8Array) =>
      ask<PaymentQr>("/v1/payment-qr", { bytes, mediaType: "application/octet-stream" }),
    /** Finds the payment QR codes in a picture. */
    readPaymentQrPicture: (bytes: Uint8Array, mediaType: "image/png" | "image/jpeg") =>
      ask<QrPicture>("/v1/payment-qr/picture", { bytes, mediaType }),
  };
}

function methods(options: ClientOptions) {
  const { get, send } = createRequester(options);
  const one = (id: string) => `/v1/methods/${encodeURIComponent(id)}`;
  return {
    /** Starts binding a card: send the payer to `confirmationUrl`. */
    startBinding: (body: StartBinding = {}, command: Command = {}) =>
      send<Method>("POST", "/v1/methods", { body, ...command }),
    listMethods: () => get<Page<Method>>("/v1/methods"),
    /** `refresh` looks a binding up at the gateway first. */
    getMethod: (id: string, query: { readonly refresh?: "true" } = {}) => get<Method>(one(id), query),
    refreshMethod: (id: string, command: Command = {}) => send<Method>("POST", `${one(id)}/refresh`, command),
    /** The first usable one is the default; those left out stay behind. */
    orderMethods: (body: OrderMethods, command: Command = {}) =>
      send<Page<Method>>("POST", "/v1/methods/order", { body, ...command }),
    withdrawMethod: (id: string, command: Command = {}) => send<MethodStop>("DELETE", one(id), command),
    /** What a withdrawal would mean; afterwards the proof that nothing was sent since. */
    getWithdrawal: (id: string) => get<MethodStop>(`${one(id)}/withdrawal`),
    /** Gateways here, and what each kind of method may do at them. */
    listMethodKinds: () => get<MethodKinds>("/v1/method-kinds"),
    /** My methods, judged for a bill or a biller. */
    chooseMethod: (query: {
      readonly billId?: string;
      readonly billerId?: string;
      readonly use: "mandate" | "pay-now" | "batch";
    }) => get<MethodChoice>("/v1/method-choice", query),
  };
}

function mandates(options: ClientOptions) {
  const { get, send, download } = createRequester(options);
  const one = (id: string) => `/v1/mandates/${encodeURIComponent(id)}`;
  return {
    createMandate: (body: CreateMandateInput, command: Command = {}) =>
      send<Mandate>("POST", "/v1/mandates", { body, ...command }),
    listMandates: (query: PageRequest = {}) => get<Page<Mandate>>("/v1/mandates", query),
    getMandate: (id: string) => get<Mandate>(one(id)),
    /** What was agreed to, as a signed document (JWS, compact form). */
    getMandateConsent: ({ id, version }: { readonly id: string; readonly version: number }) =>
      download(`${one(id)}/versions/${version}/consent`),
    editMandate: (id: string, body: EditMandate, command: Command = {}) =>
      send<Mandate>("PATCH", one(id), { body, ...command }),
    pauseMandate: (id: string, body: PauseMandate = {}, command: Command = {}) =>
      send<MandateStop>("POST", `${one(id)}/pause`, { body, ...command }),
    resumeMandate: (id: string, command: Command = {}) =>
      send<MandateStop>("POST", `${one(id)}/resume`, command),
    /** What will be told and charged in the next days; 90 where left out. */
    getForecast: (query: { readonly days?: number } = {}) => get<Forecast>("/v1/forecast", query),
    /** Keeps a mandate that is about to end for want of debits. */
    renewMandate: (id: string, command: Command = {}) => send<Mandate>("POST", `${one(id)}/renew`, command),
    cancelMandate: (id: string, body: CancelMandate = {}, command: Command = {}) =>
      send<MandateStop>("POST", `${one(id)}/cancel`, { body, ...command }),
  };
}

function payments(options: ClientOptions) {
  const { get, open, send } = createRequester(options);
  const one = (id: string) => `/v1/payments/${encodeURIComponent(id)}`;
  return {
    /** Pays a bill now. Answers after the first result, at the latest after some seconds: look at `state` and `confirmation`. */
    payBill: (body: PayBill, command: Command = {}) =>
      send<Payment>("POST", "/v1/payments", { body, ...command }),
    listPayments: (query: PageRequest = {}) => get<Page<Payment>>("/v1/payments", query),
    getPayment: (id: string) => get<Payment>(one(id)),
    /** The payer meets the need of a waiting payment. */
    confirmPayment: (id: string, body: ConfirmPayment, command: Command = {}) =>
      send<Payment>("POST", `${one(id)}/confirm`, { body, ...command }),
    declineAutopay: (id: string, command: Command = {}) =>
      send<Payment>("POST", `${one(id)}/autopay-offer/decline`, command),
    skipPayment: (id: string, command: Command = {}) => send<SkipAnswer>("POST", `${one(id)}/skip`, command),
    /** The payer came back from the bank: looks the charge up now, if it can, and answers what is known. */
    returnFromBank: (id: string, command: Command = {}) =>
      send<Payment>("POST", `${one(id)}/return`, command),
    getReceipt: (id: string) => get<Receipt>(`${one(id)}/receipt`),
    /** The receipt as a PDF, as it comes; its headers name the file. */
    openReceiptPaper: (id: string) => open(`${one(id)}/receipt.pdf`),
    /** Why I was charged or not. */
    whyPayment: (id: string) => get<Why>(`${one(id)}/why`),
    getTimeline: (id: string) => get<Page<TimelineEntry>>(`${one(id)}/timeline`),
  };
}

function operator(options: ClientOptions) {
  const { get, send } = createRequester(options);
  return {
    trialBalance: () => get<TrialBalance>("/v1/operator/ledger/trial-balance"),
    getPaymentAsOperator: (id: string) =>
      get<OperatorPayment>(`/v1/operator/payments/${encodeURIComponent(id)}`),
    /** Signs a person out of every browser. */
    endSessionsOf: (residentId: string, body: EndSessions, command: Command = {}) =>
      send<EndedSessions>("POST", `/v1/operator/residents/${encodeURIComponent(residentId)}/sessions/end`, {
        body,
        ...command,
      }),
    listHolds: () => get<Holds>("/v1/operator/holds"),
    /** Answers with what was under way: nothing is sent after it. */
    placeHold: (body: PlaceHold, command: Command = {}) =>
      send<PlacedHold>("POST", "/v1/operator/holds", { body, ...command }),
    /** `rate`: payments a minute, or `unlimited`; left out, as the deployment is configured. */
    releaseHold: (
      { scope, scopeId, rate }: Pick<PlaceHold, "scope" | "scopeId"> & { readonly rate?: Released["rate"] },
      command: Command = {},
    ) => {
      const path = [scope, ...(scopeId === undefined ? [] : [encodeURIComponent(scopeId)])].join("/");
      const query = rate === undefined ? "" : `?rate=${rate}`;
      return send<Released>("DELETE", `/v1/operator/holds/${path}${query}`, command);
    },
    /** Moves the sandbox city's clock. In live mode there is no such thing: 404. */
    moveClock: (body: MoveClock, command: Command = {}) =>
      send<Clock>("POST", "/v1/operator/clock", { body, ...command }),
    clockStand: () => get<ClockStand>("/v1/operator/clock"),
    /** One step towards an instant, from one thing that is to happen to the next. */
    stepClock: (body: StepClock, command: Command = {}) =>
      send<ClockStep>("POST", "/v1/operator/clock/steps", { body, ...command }),
  };
}

function casesAndResolutions(options: ClientOptions) {
  const { get, send, download } = createRequester(options);
  const oneCase = (id: string) => `/v1/operator/cases/${encodeURIComponent(id)}`;
  const oneCharge = (id: string) => `/v1/operator/charges/${encodeURIComponent(id)}`;
  const oneResolution = (id: string) => `/v1/operator/resolutions/${encodeURIComponent(id)}`;
  return {
    listCases: (query: PageRequest & { readonly state?: "open" | "closed" } = {}) =>
      get<Page<Case>>("/v1/operator/cases", query),
    getCase: (id: string) => get<Case>(oneCase(id)),
    takeCase: (id: string, command: Command = {}) => send<Case>("POST", `${oneCase(id)}/take`, command),
    closeCase: (id: string, body: CloseCase, command: Command = {}) =>
      send<Case>("POST", `${oneCase(id)}/close`, { body, ...command }),
    /** Charges that may still take money, oldest first. */
    listUndecidedCharges: (query: PageRequest & { readonly gateway?: string } = {}) =>
      get<Page<OperatorCharge>>("/v1/operator/charges", { state: "undecided", ...query }),
    getChargeAsOperator: (id: string) => get<OperatorCharge>(oneCharge(id)),
    /** Decides a charge by hand: `open` is a proposal that another operator has to confirm, `confirmed` is done. */
    resolveCharge: (id: string, body: Resolve, command: Command = {}) =>
      send<Resolution>("POST", `${oneCharge(id)}/resolutions`, { body, ...command }),
    withdrawResolution: (id: string, command: Command = {}) =>
      send<Resolution>("DELETE", oneResolution(id), command),
    /** The document of a proposal; that it was looked at is kept. */
    getResolutionDocument: (id: string) => download(`${oneResolution(id)}/document`),
  };
}
