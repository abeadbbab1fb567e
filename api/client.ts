import { createRequester, type ClientOptions } from "./client-request.ts";
import type { Account, Biller, ConnectAccount } from "./schemas/billers.ts";
import type { Bill } from "./schemas/bills.ts";
import type { Page } from "./schemas/fields.ts";
import type { Ready } from "./schemas/health.ts";
import type {
  CancelMandate,
  CreateMandateInput,
  EditMandate,
  Mandate,
  MandateStop,
  PauseMandate,
} from "./schemas/mandates.ts";
import type { Method, StartBinding } from "./schemas/methods.ts";
import type {
  Case,
  Clock,
  Hold,
  MoveClock,
  OperatorPayment,
  PlaceHold,
  TrialBalance,
} from "./schemas/operator.ts";
import type { ConfirmPayment, PayBill, Payment, Receipt, TimelineEntry } from "./schemas/payments.ts";
import type { Me } from "./schemas/people.ts";
import type { MethodStop, SkipAnswer } from "./schemas/stops.ts";

export { ApiProblem, type ClientOptions } from "./client-request.ts";
export type { Account, Biller, BillerName, ConnectAccount } from "./schemas/billers.ts";
export type { Bill, Payee } from "./schemas/bills.ts";
export type { Page } from "./schemas/fields.ts";
export type { Ready } from "./schemas/health.ts";
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
export type { Method, StartBinding } from "./schemas/methods.ts";
export type {
  Case,
  Clock,
  Hold,
  MoveClock,
  OperatorPayment,
  PlaceHold,
  TrialBalance,
} from "./schemas/operator.ts";
export type { ConfirmPayment, PayBill, Payment, Receipt, TimelineEntry } from "./schemas/payments.ts";
export type { Problem } from "./schemas/problem.ts";
export type { Me } from "./schemas/people.ts";
export type { InFlight, MethodStop, SkipAnswer } from "./schemas/stops.ts";

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
    ...bills(options),
    ...methods(options),
    ...mandates(options),
    ...payments(options),
    ...operator(options),
  };
}

function bills(options: ClientOptions) {
  const { get, send } = createRequester(options);
  return {
    me: () => get<Me>("/v1/me"),
    listBillers: () => get<Page<Biller>>("/v1/billers"),
    listBills: (query: PageRequest & { readonly state?: Bill["state"] } = {}) =>
      get<Page<Bill>>("/v1/bills", query),
    getBill: (id: string) => get<Bill>(`/v1/bills/${encodeURIComponent(id)}`),
    listAccounts: () => get<Page<Account>>("/v1/accounts"),
    /** Connects an account of mine at a biller: its bills become visible, now and later. */
    connectAccount: (body: ConnectAccount, command: Command = {}) =>
      send<Account>("POST", "/v1/accounts", { body, ...command }),
    /** Is the API able to work? Answers also when it is not. */
    ready: () => get<Ready>("/health/ready"),
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
    withdrawMethod: (id: string, command: Command = {}) => send<MethodStop>("DELETE", one(id), command),
  };
}

function mandates(options: ClientOptions) {
  const { get, send } = createRequester(options);
  const one = (id: string) => `/v1/mandates/${encodeURIComponent(id)}`;
  return {
    createMandate: (body: CreateMandateInput, command: Command = {}) =>
      send<Mandate>("POST", "/v1/mandates", { body, ...command }),
    listMandates: (query: PageRequest = {}) => get<Page<Mandate>>("/v1/mandates", query),
    getMandate: (id: string) => get<Mandate>(one(id)),
    editMandate: (id: string, body: EditMandate, command: Command = {}) =>
      send<Mandate>("PATCH", one(id), { body, ...command }),
    pauseMandate: (id: string, body: PauseMandate = {}, command: Command = {}) =>
      send<MandateStop>("POST", `${one(id)}/pause`, { body, ...command }),
    resumeMandate: (id: string, command: Command = {}) =>
      send<MandateStop>("POST", `${one(id)}/resume`, command),
    cancelMandate: (id: string, body: CancelMandate = {}, command: Command = {}) =>
      send<MandateStop>("POST", `${one(id)}/cancel`, { body, ...command }),
  };
}

function payments(options: ClientOptions) {
  const { get, send } = createRequester(options);
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
    skipPayment: (id: string, command: Command = {}) => send<SkipAnswer>("POST", `${one(id)}/skip`, command),
    /** The payer came back from the bank: looks the charge up now, if it can, and answers what is known. */
    returnFromBank: (id: string, command: Command = {}) =>
      send<Payment>("POST", `${one(id)}/return`, command),
    getReceipt: (id: string) => get<Receipt>(`${one(id)}/receipt`),
    getTimeline: (id: string) => get<Page<TimelineEntry>>(`${one(id)}/timeline`),
  };
}

function operator(options: ClientOptions) {
  const { get, send } = createRequester(options);
  return {
    trialBalance: () => get<TrialBalance>("/v1/operator/ledger/trial-balance"),
    listCases: (query: PageRequest & { readonly state?: "open" | "closed" } = {}) =>
      get<Page<Case>>("/v1/operator/cases", query),
    getPaymentAsOperator: (id: string) =>
      get<OperatorPayment>(`/v1/operator/payments/${encodeURIComponent(id)}`),
    listHolds: () => get<Page<Hold>>("/v1/operator/holds"),
    placeHold: (body: PlaceHold, command: Command = {}) =>
      send<Hold>("POST", "/v1/operator/holds", { body, ...command }),
    releaseHold: (hold: Pick<PlaceHold, "scope" | "scopeId">, command: Command = {}) => {
      const path = [hold.scope, ...(hold.scopeId === undefined ? [] : [encodeURIComponent(hold.scopeId)])];
      return send<Hold>("DELETE", `/v1/operator/holds/${path.join("/")}`, command);
    },
    /** Moves the sandbox city's clock. In live mode there is no such thing: 404. */
    moveClock: (body: MoveClock, command: Command = {}) =>
      send<Clock>("POST", "/v1/operator/clock", { body, ...command }),
  };
}
