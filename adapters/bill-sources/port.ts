import type { SourceBill, SourcePayment, SubjectIdentifier } from "../../domain/source-bill.ts";

/**
 * The port to whoever knows of bills and can be asked: state registries, billing centres, providers. A source adapter turns one question into one vendor's protocol
 * and the vendor's answers into {@link SourceBill}s. It decides nothing about people, billers or payments, keeps no state between calls and never repeats
 * a request by itself; pages and the cutting of long questions are hidden inside one call.
 *
 * Numbers that were asked for (a stranger's certificate, a UIN) never leave an adapter in a log, an error or a `detail`: what is said about them names their
 * place in the question.
 */
export type BillSource = {
  /** Unique; stands in {@link SourceBill.source}. */
  readonly name: string;
  readonly capabilities: SourceCapabilities;
  /**
   * Asks once. Never rejects but for a defect of ours: silence, refusals and a cancelled `signal` are answers. What was read before the trouble is in the answer.
   */
  search(query: SourceQuery, signal: AbortSignal): Promise<SourceAnswer>;
  /** Says what a pushed notice is about; pure. Present exactly where `capabilities.push` is "notices". */
  readonly readNotice?: (body: Uint8Array) => NoticeReading;
};

/** What a source can do, as data: callers and pages read it instead of asking for names of vendors. */
export type SourceCapabilities = {
  /** Kinds of identifiers that can be asked for, as `identify` names them; `uin` among them where one bill can be asked for by its number. */
  readonly searchBy: readonly string[];
  /** Kinds of `searchBy` for which only a part of the bills is found; each such answer is `partial` and says so. */
  readonly searchByInPart: readonly string[];
  /** Bills can be asked for by the time at which they reached the source. */
  readonly byTime: boolean;
  /** `notices`: the source tells us by itself that something changed, and each notice is a reason to ask. */
  readonly push: "none" | "notices";
  /** Identifiers in one request of the vendor's protocol; longer questions are cut, so a question of one more costs one request more. */
  readonly mostPerRequest: number;
  /** Bills in one page of an answer. */
  readonly billsPerPage: number;
  /** Pages read for one question; what lies behind them is a missing part. */
  readonly mostPages: number;
  /** How much the source may be asked by one process. */
  readonly limits: SourceLimits;
};

export type SourceLimits = {
  readonly perSecond: number;
  readonly atOnce: number;
};

/** `owed`: bills of which money is due. `all`: also those that are paid or annulled, as a bill that is known already must be asked for. */
export type SourceScope = "owed" | "all";

/** Instants in ISO 8601 with a zone; both ends belong to it. */
export type TimeSpan = { readonly from: string; readonly to: string };

export type SourceQuery =
  | {
      readonly by: "identifiers";
      /** Normalised values; `uin` and kinds of people may be mixed. */
      readonly identifiers: readonly SubjectIdentifier[];
      readonly scope: SourceScope;
      /** Only bills that reached the source then. */
      readonly reachedSource?: TimeSpan;
      /** Somebody waits for it in front of a page: its requests go before the others that wait for the source's pace. */
      readonly urgent?: boolean;
    }
  | { readonly by: "time"; readonly reachedSource: TimeSpan; readonly scope: SourceScope };

/** What could be read, whatever the outcome. */
type Read = {
  readonly bills: readonly SourceBill[];
  readonly unreadable: readonly UnreadableBill[];
  /** The source's own clock at the oldest page of the answer, ISO 8601: nothing is known to be fresher. Null where nothing was read. */
  readonly asOf: string | null;
};

/**
 * How one question ended. `complete`: these are all bills that the source has. `partial`: there may be more, and `missing` says of what. `unreachable`: nothing
 * was read, and asking later may help. `refused`: nothing was read, and asking the same again will not help.
 */
export type SourceAnswer =
  | ({ readonly kind: "complete" } & Read)
  | ({ readonly kind: "partial"; readonly missing: readonly MissingPart[] } & Read)
  | {
      readonly kind: "unreachable";
      readonly why: Unreachable;
      /** A code (`ECONNREFUSED`, `http-503`), never a message. */
      readonly detail: string;
    }
  | { readonly kind: "refused"; readonly why: Refusal; readonly detail: string };

/**
 * `connect`, `first-byte`, `rest`: the phase that took too long or broke. `busy`: told to come later. `fault`: the source has an internal error. `garbled`: no
 * document of the protocol came. `too-large`: more came than any true answer has. `cancelled`: the caller's signal.
 */
export type Unreachable =
  | "connect"
  | "first-byte"
  | "rest"
  | "busy"
  | "fault"
  | "garbled"
  | "too-large"
  | "cancelled";

/**
 * `rights`: access, signature or role: the source stays refused until an operator has acted. `our-defect`: the request breaks the protocol. `data`: something in
 * the question is wrong by the source's rules. `not-searchable`: this source knows no such question.
 */
export type Refusal = "rights" | "our-defect" | "data" | "not-searchable";

/** A part of the answer that is not there. */
export type MissingPart = {
  /** Places in `identifiers` of the question, from 0; empty for a question by time. */
  readonly places: readonly number[];
  /**
   * `in-part`: by this kind only a part of the bills is found. `outside-silent`: a system behind the source did not answer it. `too-many-pages`: there are more pages
   * than one question may read.
   */
  readonly why: Unreachable | Refusal | "in-part" | "outside-silent" | "too-many-pages";
  readonly detail: string;
};

/** A bill in an answer that cannot be used. It names no number: an operator finds it by the answer's id and its place. */
export type UnreadableBill = {
  /** The source's id of the page. */
  readonly answerId: string;
  /** From 1, as it stands on the page. */
  readonly place: number;
  readonly faults: readonly FieldFault[];
};

export type FieldFault = {
  /** As the protocol names it: `supplierBillID`, `accountNumber`. */
  readonly field: string;
  /** `contradiction`: it cannot be true beside another field, or beside what was asked. `twice`: one bill with two meanings. */
  readonly why: "missing" | "format" | "check-digit" | "too-long" | "contradiction" | "twice";
};

/**
 * What a pushed notice is about. It proves nothing: the bills that it names are asked for.
 */
export type NoticeReading =
  | {
      readonly kind: "look";
      /** The same notice twice has one id. */
      readonly noticeId: string;
      readonly noticedAt: string;
      /** Bills to ask for, as identifiers of kind `uin`, each once. */
      readonly about: readonly SubjectIdentifier[];
      /** Payments that the notice tells, by the UIN that they are for. */
      readonly payments: readonly { readonly uin: string; readonly payment: SourcePayment }[];
      /** How many of its parts could not be read. */
      readonly unreadable: number;
      /** What the source wants to hear once the notice is stored. */
      readonly receipt: Uint8Array;
    }
  | { readonly kind: "unreadable"; readonly why: string };
