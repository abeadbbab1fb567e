import { incomeMinor, toWireAmount } from "./amounts.ts";
import type { Bank } from "./bank.ts";
import { type MethodKind, kindOf } from "./method-kinds.ts";
import type {
  Card,
  Confirmation,
  Decline,
  Instrument,
  MethodRecord,
  ObjectRecord,
  PaymentRecord,
  PaymentStatus,
  RefundRecord,
} from "./records.ts";
import { type TestAccount, accountOf } from "./test-accounts.ts";

type Wire = Record<string, unknown>;

/** The status that the shop sees: a held payment is executed, yet looks undecided. */
export function shownStatus(payment: PaymentRecord): PaymentStatus {
  return payment.held ? "pending" : payment.status;
}

/** A record as the API shows it now. */
export function toWire(bank: Bank, record: ObjectRecord): Wire {
  switch (record.kind) {
    case "payment":
      return paymentToWire(bank, record);
    case "payment_method":
      return methodToWire(bank, record);
    case "refund":
      return refundToWire(record);
  }
}

function paymentToWire(bank: Bank, payment: PaymentRecord): Wire {
  const status = shownStatus(payment);
  const shown = status === payment.status;
  const succeeded = status === "succeeded";
  return compact({
    id: payment.id,
    status,
    paid: succeeded || status === "waiting_for_capture",
    amount: toWireAmount(payment.amountMinor),
    income_amount: succeeded ? toWireAmount(incomeMinor(payment.amountMinor)) : undefined,
    created_at: iso(payment.createdAtMs),
    captured_at: shown ? iso(payment.capturedAtMs) : undefined,
    expires_at: status === "waiting_for_capture" ? iso(payment.holdUntilMs) : undefined,
    description: payment.description,
    metadata: payment.metadata,
    payment_method: usedMethodToWire(payment),
    confirmation:
      status === "pending" && !payment.held ? confirmationToWire(bank, payment.confirmation) : undefined,
    refundable: succeeded && payment.refundedMinor < payment.amountMinor,
    refunded_amount: succeeded ? toWireAmount(payment.refundedMinor) : undefined,
    recipient: { account_id: bank.shopId, gateway_id: payment.gatewayId },
    authorization_details: shown ? authorizationToWire(payment) : undefined,
    cancellation_details: shown ? cancellationToWire(payment.cancellation) : undefined,
    merchant_customer_id: payment.customerId,
    receipt_registration: payment.receipt === undefined ? undefined : succeeded ? "succeeded" : "pending",
    test: true,
  });
}

function usedMethodToWire(payment: PaymentRecord): Wire {
  const { method, authorization } = payment;
  return compact({
    type: kindOf(method),
    id: method.id,
    saved: method.saved,
    status: method.saved ? "active" : "inactive",
    ...instrumentToWire(method),
    sbp_operation_id: shownStatus(payment) === payment.status ? authorization?.sbpOperationId : undefined,
  });
}

function methodToWire(bank: Bank, method: MethodRecord): Wire {
  return compact({
    type: kindOf(method),
    id: method.id,
    saved: method.status === "active",
    status: method.status,
    holder: { account_id: bank.shopId, gateway_id: method.gatewayId },
    ...instrumentToWire(method),
    confirmation: method.status === "pending" ? confirmationToWire(bank, method.confirmation) : undefined,
    metadata: method.metadata,
  });
}

function refundToWire(refund: RefundRecord): Wire {
  return compact({
    id: refund.id,
    payment_id: refund.paymentId,
    status: refund.status,
    amount: toWireAmount(refund.amountMinor),
    created_at: iso(refund.createdAtMs),
    description: refund.description,
    cancellation_details: cancellationToWire(refund.cancellation),
    metadata: Object.keys(refund.metadata).length > 0 ? refund.metadata : undefined,
  });
}

/** Who pays, as far as the shop may know. */
function instrumentToWire({ card, account, phone }: Instrument): Wire {
  if (card) return cardToWire(card);
  if (phone !== undefined) return { title: `${titles.mobile_balance} *${phone.slice(-4)}`, phone };
  return account === undefined ? {} : accountToWire(accountOf(account));
}

function accountToWire({ type, number, bankId, bic }: TestAccount): Wire {
  return compact({
    title: number === undefined ? titles[type] : `${titles[type]} ${number}`,
    account_number: number,
    payer_bank_details: bankId === undefined ? undefined : { bank_id: bankId, bic },
  });
}

const titles: Readonly<Record<MethodKind, string>> = {
  bank_card: "Bank card",
  sbp: "SBP",
  yoo_money: "YooMoney wallet",
  sberbank: "SberPay",
  tinkoff_bank: "T-Pay",
  mobile_balance: "Phone",
};

function cardToWire(card: Card): Wire {
  return {
    title: `${titles.bank_card} *${card.last4}`,
    card: {
      first6: card.first6,
      last4: card.last4,
      expiry_year: card.expiryYear,
      expiry_month: card.expiryMonth,
      card_type: card.cardType,
      issuer_country: "RU",
    },
  };
}

function confirmationToWire(bank: Bank, confirmation: Confirmation | undefined): Wire | undefined {
  if (!confirmation) return undefined;
  const page = `${bank.origin()}/checkout/${confirmation.session}`;
  switch (confirmation.type) {
    case "external":
      return { type: "external" };
    case "qr":
      // What the QR code holds; here it leads to the payer's pretend bank.
      return compact({
        type: "qr",
        confirmation_data: page,
        return_url: confirmation.returnUrl || undefined,
      });
    default:
      return {
        type: "redirect",
        confirmation_url: page,
        return_url: confirmation.returnUrl,
        enforce: confirmation.enforce,
      };
  }
}

/** Only card payments show how they were authorized. */
function authorizationToWire({ authorization, method }: PaymentRecord): Wire | undefined {
  if (!authorization || !method.card) return undefined;
  return {
    rrn: authorization.rrn,
    auth_code: authorization.authCode,
    three_d_secure: { applied: authorization.threeDSecure },
  };
}

function cancellationToWire(cancellation: Decline | undefined): Wire | undefined {
  return cancellation && { party: cancellation.party, reason: cancellation.reason };
}

function iso(ms: number | undefined): string | undefined {
  return ms === undefined ? undefined : new Date(ms).toISOString();
}

function compact(wire: Wire): Wire {
  return Object.fromEntries(Object.entries(wire).filter(([, value]) => value !== undefined));
}
