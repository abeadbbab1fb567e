/** Whom an address serves, and what the others are told. */
export type Access =
  /** Everybody, with a token or without. */
  | "open"
  /** Whoever signs the message or comes from the sender's network; a token proves nothing here. */
  | "message"
  /** Every signed-in caller, about themselves. */
  | "person"
  /** The page in front of the API, in a person's name. */
  | "page"
  /** An object of one person's; to everybody else it is one that does not exist. */
  | "owner"
  /** The same, and operators read it. */
  | "owner-or-operator"
  /** People of the biller, its signature, operators. */
  | "biller"
  | "operator";

export const ROLES_TRIED = [
  "nobody",
  "wrong audience",
  "owner",
  "another resident",
  "own biller",
  "another biller",
  "integrator",
  "operator",
] as const;
export type RoleTried = (typeof ROLES_TRIED)[number];

/** `in`: let in; `absent`: exactly as for an object that does not exist; a number: refused with this status. */
export type Outcome = "in" | "absent" | "401" | "403" | "refused";

const row = (
  nobody: Outcome,
  owner: Outcome,
  stranger: Outcome,
  change: Partial<Record<RoleTried, Outcome>> = {},
) =>
  ({
    nobody,
    "wrong audience": nobody,
    owner,
    "another resident": stranger,
    "own biller": stranger,
    "another biller": stranger,
    integrator: stranger,
    operator: stranger,
    ...change,
  }) satisfies Record<RoleTried, Outcome>;

/** What each role meets at the address of an object that is the owner's (or the biller's). */
export const EXPECTED: Readonly<Record<Access, Readonly<Record<RoleTried, Outcome>>>> = {
  open: row("in", "in", "in"),
  message: row("refused", "refused", "refused"),
  person: row("401", "in", "in"),
  page: row("401", "refused", "refused"),
  owner: row("401", "in", "absent"),
  "owner-or-operator": row("401", "in", "absent", { operator: "in" }),
  biller: row("401", "403", "403", { "own biller": "in", operator: "in" }),
  operator: row("401", "403", "403", { operator: "in" }),
};

const rooms: Readonly<Record<Access, string>> = {
  open: `GET /health/live, GET /health/ready, GET /health, GET /v1/terms,
    POST /v1/push/shown, POST /v1/push/renewed, POST /v1/links/look, POST /v1/links/use,
    POST /v1/unsubscribes/look, POST /v1/unsubscribes/use, POST /v1/unsubscribes/undo`,
  message: `POST /v1/billers/{id}/bills, POST /v1/billers/{id}/balances, POST /v1/gateways/{name}/notifications,
    POST /v1/bill-sources/{name}/notices, POST /v1/inbound/mail`,
  person: `POST /v1/identify, POST /v1/payment-qr, POST /v1/payment-qr/picture, GET /v1/me, PATCH /v1/me, DELETE /v1/me,
    POST /v1/me/terms, GET /v1/me/export, GET /v1/me/push-devices, POST /v1/me/push-devices, PATCH /v1/me/push-devices,
    POST /v1/me/email, POST /v1/me/email/proof, GET /v1/me/notifications, PATCH /v1/me/notifications,
    PUT /v1/me/notifications/choices, PUT /v1/me/notifications/choices/{topic}/{channel},
    DELETE /v1/me/notifications/choices/{topic}/{channel}, GET /v1/me/notifications/mutes, POST /v1/me/notifications/mutes,
    DELETE /v1/me/notifications/mutes/{kind}/{id}, GET /v1/me/notifications/tests, POST /v1/me/notifications/tests,
    GET /v1/me/identifiers, POST /v1/me/identifiers, GET /v1/accounts, POST /v1/accounts, GET /v1/categories, GET /v1/billers,
    GET /v1/billers/{id}, POST /v1/bills/look-up, POST /v1/bills/added, GET /v1/me/sources, GET /v1/bills, GET /v1/method-kinds,
    GET /v1/method-choice, GET /v1/methods, POST /v1/methods, POST /v1/methods/order, GET /v1/mandates, POST /v1/mandates,
    GET /v1/forecast, GET /v1/payments, POST /v1/payments, GET /v1/archive, GET /v1/archive/sums, GET /v1/archive.csv,
    GET /v1/templates, POST /v1/templates, GET /v1/webhook-events, GET /v1/me/sessions, DELETE /v1/me/sessions`,
  page: `POST /v1/me/sessions, GET /v1/me/session, DELETE /v1/me/session`,
  owner: `DELETE /v1/me/sessions/{id}, DELETE /v1/me/push-devices/{id}, GET /v1/me/identifiers/{id}, PATCH /v1/me/identifiers/{id},
    DELETE /v1/me/identifiers/{id}, GET /v1/bills/{id}, GET /v1/bills/{id}/why, GET /v1/methods/{id}, DELETE /v1/methods/{id},
    POST /v1/methods/{id}/refresh, GET /v1/methods/{id}/withdrawal, GET /v1/mandates/{id}, PATCH /v1/mandates/{id},
    GET /v1/mandates/{id}/versions/{version}/consent, POST /v1/mandates/{id}/pause, POST /v1/mandates/{id}/cancel,
    POST /v1/mandates/{id}/renew, POST /v1/mandates/{id}/resume, GET /v1/payments/{id},
    GET /v1/payments/{id}/receipt, GET /v1/payments/{id}/receipt.pdf, POST /v1/payments/{id}/confirm, POST /v1/payments/{id}/skip,
    POST /v1/payments/{id}/return, POST /v1/payments/{id}/autopay-offer/decline, GET /v1/templates/{id},
    PATCH /v1/templates/{id}, DELETE /v1/templates/{id}, POST /v1/templates/{id}/payments`,
  "owner-or-operator": `GET /v1/payments/{id}/timeline, GET /v1/payments/{id}/why`,
  biller: `POST /v1/billers/{id}/registry-files, GET /v1/billers/{id}/registry-files,
    GET /v1/billers/{id}/registry-files/{file}, GET /v1/billers/{id}/registry-files/{file}/report`,
  operator: `GET /v1/operator/ledger/trial-balance, GET /v1/operator/payments/{id}, GET /v1/operator/holds, POST /v1/operator/holds,
    GET /v1/operator/cases, GET /v1/operator/cases/{id}, POST /v1/operator/cases/{id}/take, POST /v1/operator/cases/{id}/close,
    GET /v1/operator/charges, GET /v1/operator/charges/{id}, POST /v1/operator/charges/{id}/resolutions,
    DELETE /v1/operator/resolutions/{id}, GET /v1/operator/resolutions/{id}/document, DELETE /v1/operator/holds/{scope},
    DELETE /v1/operator/holds/{scope}/{scopeId}, GET /v1/operator/clock, POST /v1/operator/clock, POST /v1/operator/clock/steps,
    POST /v1/operator/residents/{id}/sessions/end, GET /v1/operator/widget-uses, POST /v1/operator/webhooks, GET /v1/operator/webhooks, GET /v1/operator/webhooks/{id},
    POST /v1/operator/webhooks/{id}/disable, POST /v1/operator/webhooks/{id}/enable, POST /v1/operator/webhooks/{id}/rotate-secret,
    POST /v1/operator/webhooks/{id}/test, GET /v1/operator/webhook-deliveries, GET /v1/operator/webhook-deliveries/{id},
    POST /v1/operator/webhook-deliveries/{id}/replay, POST /v1/operator/webhooks/{id}/replay`,
};

/** Every address of the API and whom it serves; an address that is missing here fails the test. */
export const ACCESS: ReadonlyMap<string, Access> = new Map(
  (Object.entries(rooms) as [Access, string][]).flatMap(([access, lines]) =>
    lines.split(",").map((line) => [line.trim(), access] as const),
  ),
);

/** Whom a page serves. `link`: whoever holds the secret of the address. */
export type PageAccess = "open" | "person" | "owner" | "link";

const pages: Readonly<Record<PageAccess, string>> = {
  open: "GET /, GET /sign-in, GET /sign-in/callback, GET /terms, GET /sw.js, GET /sandbox/messages",
  link: "GET /link/:token, POST /link/:token, GET /unsubscribe/:token, POST /unsubscribe/:token",
  person: `POST /sign-out, GET /forecast, GET /profile, POST /profile/settings, POST /terms, GET /profile/sessions,
    POST /profile/sessions/end-all, GET /profile/notifications, POST /profile/notifications/choices,
    POST /profile/notifications/mute, POST /profile/notifications/reset, POST /profile/notifications/unmute/:kind/:id,
    POST /profile/notifications/when, POST /profile/notifications/test, GET /profile/notifications/tests/live,
    GET /profile/push, POST /profile/push/devices, POST /profile/push/lock-screen,
    GET /profile/export, GET /profile/erase, POST /profile/erase, GET /profile/mail, POST /profile/mail,
    GET /profile/mail/proof, POST /profile/mail/proof, GET /profile/identifiers/new, POST /profile/identifiers/new,
    GET /bills/add, GET /bills/add/qr, POST /bills/add/qr, POST /bills/add/company, POST /bills/add/licence, POST /bills/add/sts,
    POST /bills/add/uin, POST /bills/add/code, POST /bills/add/coded, POST /bills/add/paper, GET /accounts/new,
    POST /accounts/new, GET /billers, GET /methods, POST /methods/order, GET /methods/kinds, GET /methods/new, POST /methods/new,
    GET /mandates, GET /mandates/new, POST /mandates/new, GET /mandates/new/terms, POST /mandates/new/terms,
    GET /mandates/new/consent, POST /mandates/new/consent, GET /payments, GET /archive, GET /archive.csv, GET /templates,
    GET /templates/new, POST /templates/new`,
  owner: `POST /profile/sessions/:id/end, GET /profile/identifiers/:id, POST /profile/identifiers/:id/name,
    POST /profile/identifiers/:id/delete, GET /bills/:id, POST /bills/:id/mute, POST /bills/:id/unmute,
    POST /profile/push/devices/:id/remove, GET /bills/:id/pay, POST /bills/:id/pay, GET /methods/:id/bank,
    GET /methods/:id/return, GET /methods/:id/live, GET /methods/:id/withdraw, POST /methods/:id/withdraw, GET /methods/:id/withdrawn,
    GET /mandates/:id, GET /mandates/:id/consent/:version, POST /mandates/:id/pause, POST /mandates/:id/resume,
    POST /mandates/:id/renew, GET /mandates/:id/cancel, POST /mandates/:id/cancel, GET /mandates/:id/edit, POST /mandates/:id/edit,
    GET /mandates/:id/consent, POST /mandates/:id/consent, GET /payments/:id, GET /payments/:id/live, GET /payments/:id/bank,
    GET /payments/:id/return, GET /payments/:id/receipt, GET /payments/:id/receipt.pdf, GET /payments/:id/skip,
    POST /payments/:id/skip, POST /payments/:id/autopay-offer/decline, GET /payments/:id/confirm, GET /payments/:id/other-method,
    POST /payments/:id/confirm, GET /templates/:id, POST /templates/:id, POST /templates/:id/delete, GET /templates/:id/pay,
    POST /templates/:id/pay`,
};

/** Every page and whom it serves. */
export const PAGES: ReadonlyMap<string, PageAccess> = new Map(
  (Object.entries(pages) as [PageAccess, string][]).flatMap(([access, lines]) =>
    lines.split(",").map((line) => [line.trim(), access] as const),
  ),
);
