import {
  charged,
  DECLINED,
  freshKey,
  looks,
  otherSums,
  outcomes,
  scans,
  seen,
  sending,
  type WrongAdapter,
} from "./mistakes.ts";

/** Mistakes in sending a charge and in reading what is seen of it. */
export const WRONG_ABOUT_CHARGES: readonly WrongAdapter[] = [
  {
    mistake: "a key for each transmission instead of one for each charge",
    noticedBy: "the same key and bytes are one object and one debit",
    wrong: (gateway) => ({
      ...gateway,
      sendCharge: (request) => gateway.sendCharge({ ...request, key: freshKey(request.key) }),
    }),
  },
  {
    mistake: "202 taken as a success",
    noticedBy: "accepted-only: unanswered",
    wrong: sending((ended, expected) =>
      ended.kind === "unanswered" && ended.detail.includes("202") ? charged(expected) : ended,
    ),
  },
  {
    mistake: "a 500 taken as a success",
    noticedBy: "error-before-execution: unanswered",
    wrong: sending((ended, expected) =>
      ended.kind === "unanswered" && ended.detail.includes("500") ? charged(expected) : ended,
    ),
  },
  {
    mistake: "unknown taken as declined",
    noticedBy: "answer-lost: unanswered; evidence",
    wrong: sending((ended) => (ended.kind === "unanswered" ? seen(DECLINED) : ended)),
  },
  {
    mistake: "unknown taken as never sent",
    noticedBy: "garbled: unanswered",
    wrong: sending((ended) => (ended.kind === "unanswered" ? { ...ended, kind: "never-sent" } : ended)),
  },
  {
    mistake: "a decline taken as unknown",
    noticedBy: "a decline is final",
    wrong: sending((ended) =>
      ended.kind === "seen" && ended.sighting.outcome.kind === "not-charged"
        ? { kind: "unanswered", detail: "declined" }
        : ended,
    ),
  },
  {
    mistake: "major units where minor ones are meant",
    noticedBy: "takes the whole amount at once",
    wrong: otherSums(0.01),
  },
  {
    mistake: "ten times the sum",
    noticedBy: "takes the whole amount at once",
    wrong: otherSums(10),
  },
  {
    mistake: "a question to the payer taken as a success",
    noticedBy: "asks the payer even where the saved method would pay without",
    wrong: outcomes("challenged", ({ amount }) => ({ kind: "charged", amount })),
  },
  {
    mistake: "the payer is never asked",
    noticedBy: "asks the payer even where the saved method would pay without",
    wrong: (gateway) => ({
      ...gateway,
      buildCharge: (intent) => gateway.buildCharge({ ...intent, initiatedBy: "mit" }),
    }),
  },
  {
    mistake: "pending taken as declined",
    noticedBy: "a charge that nobody can hurry is pending",
    wrong: outcomes("pending", () => DECLINED),
  },
  {
    mistake: "a reservation taken for money",
    noticedBy: "a reservation is seen as held",
    when: (can) => can.captureHeld,
    wrong: outcomes("held", ({ amount }) => ({ kind: "charged", amount })),
  },
  {
    mistake: "bytes leave although they may not",
    noticedBy: "when it may not be sent any more, the gateway receives nothing",
    wrong: (gateway) => ({
      ...gateway,
      sendCharge: (request) => gateway.sendCharge({ ...request, mayStillSend: () => true }),
    }),
  },
  {
    mistake: "a request repeated by the adapter itself",
    noticedBy: "throttled: refused for this transmission only, nothing was executed",
    wrong: (gateway) => ({
      ...gateway,
      async sendCharge(request) {
        const ended = await gateway.sendCharge(request);
        return ended.kind === "seen" ? ended : gateway.sendCharge(request);
      },
    }),
  },
  {
    mistake: "a throttle taken as a decline",
    noticedBy: "throttled: refused for this transmission only, nothing was executed",
    wrong: sending((ended) => (ended.kind === "refused" ? seen(DECLINED) : ended)),
  },
  {
    mistake: "a key used with other bytes taken as a refusal of the charge",
    noticedBy: "other bytes under a used key are an alarm",
    wrong: sending((ended) =>
      ended.kind === "unanswered" && ended.alarm !== undefined ? seen(DECLINED) : ended,
    ),
  },
  {
    mistake: "another sum taken for ours",
    noticedBy: "another amount than we asked for",
    wrong: sending((ended, expected) =>
      ended.kind === "unanswered" && ended.objectId !== undefined ? charged(expected) : ended,
    ),
  },
  {
    mistake: "another payment's object taken for ours",
    noticedBy: "a sighting of another payment is never taken for ours",
    wrong: looks((look, expected) => (look.kind === "unanswered" ? charged(expected) : look)),
  },
  {
    mistake: "a missing object taken as proof that nothing was taken",
    noticedBy: "an id that the gateway does not know is missing",
    wrong: looks((look) => (look.kind === "missing" ? seen(DECLINED) : look)),
  },
  {
    mistake: "only the first page of a list is read",
    noticedBy: "a scan reads every page",
    when: (can) => can.listByTime,
    wrong: scans((scan) => {
      if (scan.kind === "unanswered") return scan;
      const seenObjectIds = scan.seenObjectIds.slice(0, 100);
      return scan.kind === "found" && seenObjectIds.includes(scan.sighting.objectId)
        ? { ...scan, seenObjectIds }
        : { kind: "nothing", seenObjectIds };
    }),
  },
  {
    mistake: "a scan that proves nothing taken as an empty one",
    noticedBy: "another amount than we asked for",
    wrong: scans((scan) => (scan.kind === "unanswered" ? { kind: "nothing", seenObjectIds: [] } : scan)),
  },
];
