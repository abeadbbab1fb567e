import { randomUUID } from "node:crypto";
import type { ChargeRecord } from "./charge-record.ts";
import { acknowledgmentOf, leftOf, moscowTime } from "./charge-sums.ts";
import type { ChargesQuestion } from "./wire-request.ts";
import { type Tag, writeXml } from "./xml-document.ts";

const exchange = { smev: "urn://x-artefacts-smev-gov-ru/services/message-exchange/types/1.1" };
const discountElements = { fixed: "DiscountFixed", size: "DiscountSize", multiplier: "MultiplierSize" };

/** What an answer says beside its charges. */
export interface AnswerHead {
  readonly hasMore: boolean;
  readonly needReRequest: boolean;
  readonly formedAtMs: number;
  /** Another request's id, for an answer that went astray. */
  readonly requestId?: string;
}

/** The document `ExportChargesResponse`. */
export function writeCharges(
  asked: ChargesQuestion,
  charges: readonly ChargeRecord[],
  head: AnswerHead,
): string {
  const { version } = asked;
  const root: Tag = {
    name: "ns0:ExportChargesResponse",
    attributes: {
      Id: `I_${randomUUID()}`,
      RqId: head.requestId ?? asked.requestId,
      recipientIdentifier: asked.sender,
      timestamp: moscowTime(head.formedAtMs),
      hasMore: String(head.hasMore),
      needReRequest: head.needReRequest ? "true" : undefined,
    },
    inside: charges.map(chargeInfo),
  };
  return writeXml(root, {
    ns0: `urn://roskazna.ru/gisgmp/xsd/services/export-charges/${version}`,
    com: schema("Common", version),
    chg: schema("Charge", version),
    org: schema("Organization", version),
  });
}

/** A refusal of the whole request, as the exchange passes it on. */
export function writeStatus(code: string, description: string): string {
  const inside = [
    { name: "smev:StatusCode", inside: code },
    { name: "smev:StatusDescription", inside: description },
  ];
  return writeXml({ name: "smev:RequestStatus", inside }, exchange);
}

/** A request that the exchange does not even pass on. */
export function writeRejection(reason: string): string {
  const inside = [
    { name: "smev:RejectionReasonCode", inside: reason },
    { name: "smev:RejectionReasonDescription", inside: "Запрос не принят" },
  ];
  return writeXml({ name: "smev:RequestRejected", inside }, exchange);
}

/** A pushed notice (`ExportNoticeRequest`): which charges are new or changed, and payments for them. */
export function writeNotice(
  charges: readonly ChargeRecord[],
  notice: {
    readonly id: string;
    readonly atMs: number;
    readonly recipient: string;
    readonly version: string;
  },
): string {
  const { version, id, recipient } = notice;
  const destination: Tag = {
    name: "nt:Destination",
    attributes: { recipientIdentifier: recipient },
    inside: [{ name: "nt:RoutingCode", inside: "45382000" }],
  };
  const root: Tag = {
    name: "nt:ExportNoticeRequest",
    attributes: { Id: id, timestamp: moscowTime(notice.atMs) },
    inside: [destination, ...charges.map(noticedCharge), ...charges.flatMap(noticedPayments)],
  };
  return writeXml(root, {
    nt: `urn://roskazna.ru/gisgmp/xsd/services/ExportNotice/${version}`,
    com: schema("Common", version),
    nc: schema("NoticeCharge", version),
  });
}

function noticedCharge(charge: ChargeRecord): Tag {
  return {
    name: "nt:NoticeCharge",
    attributes: {
      supplierBillID: charge.uin,
      billDate: charge.billDate,
      purpose: charge.purpose,
      totalAmount: String(charge.totalKopecks),
      kbk: charge.kbk,
      name: charge.payee.name,
    },
    inside: [
      {
        name: "nc:Payer",
        attributes: { payerIdentifier: charge.payerIdentifier, payerName: charge.payerName },
      },
      changeStatus(charge),
    ],
  };
}

function noticedPayments(charge: ChargeRecord): readonly Tag[] {
  return charge.payments.map((payment) => ({
    name: "nt:NoticePayment",
    attributes: {
      paymentId: payment.paymentId,
      supplierBillID: charge.uin,
      purpose: charge.purpose,
      amount: String(payment.amountKopecks),
      paymentDate: moscowTime(Date.parse(payment.paidAt)),
      transKind: "01",
    },
    inside: [changeStatus({ meaning: payment.revoked ? "3" : "1" })],
  }));
}

function chargeInfo(charge: ChargeRecord): Tag {
  const { payee, discount } = charge;
  return {
    name: "ns0:ChargeInfo",
    attributes: {
      amountToPay: String(leftOf(charge)),
      acknowledgmentStatus: acknowledgmentOf(charge),
      supplierBillID: charge.uin,
      billDate: charge.billDate,
      totalAmount: String(charge.totalKopecks),
      purpose: charge.purpose,
      kbk: charge.kbk,
      oktmo: charge.oktmo,
      validUntil: charge.validUntil,
      paymentTerm: charge.paymentTerm,
      legalAct: charge.legalAct,
      origin: charge.origin,
    },
    inside: [
      payeeOf(payee),
      {
        name: "chg:Payer",
        attributes: {
          payerIdentifier: charge.payerIdentifier,
          additionalPayerIdentifier: charge.additionalPayerIdentifier,
          payerName: charge.payerName,
        },
      },
      {
        name: "chg:BudgetIndex",
        attributes: { status: "01", paytReason: "0", taxPeriod: "0", taxDocNumber: "0", taxDocDate: "0" },
      },
      discount && {
        name: `com:${discountElements[discount.kind]}`,
        inside: [
          { name: "com:Value", inside: discount.value },
          { name: "com:Expiry", inside: discount.expiry },
        ],
      },
      changeStatus(charge),
    ],
  };
}

function payeeOf(payee: ChargeRecord["payee"]): Tag {
  const bank: Tag = {
    name: "com:Bank",
    attributes: { bik: payee.bic, correspondentBankAccount: payee.correspondentAccount },
  };
  return {
    name: "org:Payee",
    attributes: { name: payee.name, inn: payee.inn, kpp: payee.kpp },
    inside: [{ name: "com:OrgAccount", attributes: { accountNumber: payee.account }, inside: [bank] }],
  };
}

function changeStatus(change: Pick<ChargeRecord, "meaning" | "reason" | "changeDate">): Tag {
  const { meaning, reason, changeDate } = change;
  return {
    name: "com:ChangeStatusInfo",
    inside: [
      { name: "com:Meaning", inside: meaning },
      reason === undefined ? undefined : { name: "com:Reason", inside: reason },
      changeDate === undefined ? undefined : { name: "com:ChangeDate", inside: changeDate },
    ],
  };
}

function schema(name: string, version: string): string {
  return `http://roskazna.ru/gisgmp/xsd/${name}/${version}`;
}
