"""Talks to a bank through the vendor's official client and prints what the client understood, as JSON lines.

Arguments: the API's address, the shop's id, the shop's secret. Every line is {"step": ..., ...}; the test that starts
this program judges the lines, so nothing is asserted here.
"""

import json
import sys
import uuid

from yookassa import Configuration, Payment, PaymentMethod, Refund, Settings
from yookassa.domain.exceptions import BadRequestError, NotFoundError, UnauthorizedError

API_URL, SHOP_ID, SECRET_KEY = sys.argv[1:4]
RETURN_URL = "http://127.0.0.1:9/returned"


def tell(step, **facts):
    print(json.dumps({"step": step, **facts}, default=str), flush=True)


def refusal(error):
    return {
        "refused": type(error).__name__,
        "code": error.error.code,
        "parameter": error.error.parameter,
    }


def card(number):
    return {"number": number, "expiry_month": "12", "expiry_year": "2039", "csc": "737"}


def order(value, capture=True, **more):
    return {
        "amount": {"value": value, "currency": "RUB"},
        "capture": capture,
        "payment_method_data": {"type": "bank_card", "card": card("5555555555554444")},
        "metadata": {"charge_id": "python"},
        "description": "Official client",
        **more,
    }


def seen(payment):
    return {
        "id": payment.id,
        "status": payment.status,
        "paid": payment.paid,
        "test": payment.test,
        "amount": str(payment.amount.value),
        "refunded": str(payment.refunded_amount.value) if payment.refunded_amount else None,
        "income": str(payment.income_amount.value) if payment.income_amount else None,
        "last4": payment.payment_method.card.last4 if payment.payment_method.card else None,
        "saved": payment.payment_method.saved,
        "charge_id": payment.metadata["charge_id"],
        "reason": payment.cancellation_details.reason if payment.cancellation_details else None,
        "party": payment.cancellation_details.party if payment.cancellation_details else None,
    }


def payments():
    key = str(uuid.uuid4())
    paid = Payment.create(order("1530.50", save_payment_method=True), key)
    tell("create", **seen(paid))
    tell("get", **seen(Payment.find_one(paid.id)))
    tell("same key, same body", **seen(Payment.create(order("1530.50", save_payment_method=True), key)))
    try:
        Payment.create(order("1530.51", save_payment_method=True), key)
    except BadRequestError as error:
        tell("same key, other body", **refusal(error))
    tell("saved card", **seen(Payment.create({
        "amount": {"value": "7.00", "currency": "RUB"},
        "capture": True,
        "payment_method_id": paid.payment_method.id,
        "metadata": {"charge_id": "python"},
    })))
    declining = {"type": "bank_card", "card": card("5555555555554600")}
    tell("decline", **seen(Payment.create(order("8.00", payment_method_data=declining))))
    return paid


def holds():
    held = Payment.create(order("100.00", capture=False))
    tell("hold", **seen(held))
    captured = Payment.capture(held.id, {"amount": {"value": "60.00", "currency": "RUB"}})
    tell("capture a part", **seen(captured))
    whole = Payment.create(order("40.00", capture=False))
    tell("capture all", **seen(Payment.capture(whole.id)))
    other = Payment.create(order("50.00", capture=False))
    tell("cancel", **seen(Payment.cancel(other.id)))


def refunds(paid):
    refund = Refund.create({"payment_id": paid.id, "amount": {"value": "100.00", "currency": "RUB"}})
    tell("refund", id=refund.id, status=refund.status, amount=str(refund.amount.value), payment=refund.payment_id)
    again = Refund.find_one(refund.id)
    tell("get refund", id=again.id, status=again.status)
    tell("refunded payment", **seen(Payment.find_one(paid.id)))
    tell("list refunds", ids=[one.id for one in Refund.list({"payment_id": paid.id}).items])
    try:
        Refund.create({"payment_id": paid.id, "amount": {"value": "1430.51", "currency": "RUB"}})
    except BadRequestError as error:
        tell("refund too much", **refusal(error))


def lists():
    pages, cursor = [], None
    while True:
        query = {"limit": 3, "created_at.gte": "2020-01-01T00:00:00.000Z"}
        if cursor:
            query["cursor"] = cursor
        page = Payment.list(query)
        pages.append([one.id for one in page.items])
        cursor = page.next_cursor
        if not cursor:
            break
    tell("list", pages=pages)


def confirmations():
    redirect = {"type": "redirect", "return_url": RETURN_URL, "locale": "en_US"}
    pending = Payment.create({
        "amount": {"value": "5.00", "currency": "RUB"},
        "confirmation": redirect,
        "metadata": {"charge_id": "python"},
    })
    tell("confirmation", status=pending.status, url=pending.confirmation.confirmation_url)
    binding = PaymentMethod.create({"type": "bank_card", "confirmation": {"type": "redirect", "return_url": RETURN_URL}})
    tell("bind", id=binding.id, status=binding.status, saved=binding.saved, url=binding.confirmation.confirmation_url)
    found = PaymentMethod.find_one(binding.id)
    tell("get binding", id=found.id, status=found.status)


def refusals():
    tell("me", **{name: value for name, value in dict(Settings.get_account_settings()).items() if name != "payment_methods"})
    try:
        Payment.find_one("no-such-payment")
    except NotFoundError as error:
        tell("unknown payment", **refusal(error))
    Configuration.configure(SHOP_ID, "wrong", api_url=API_URL)
    try:
        Payment.list()
    except UnauthorizedError as error:
        tell("wrong secret", **refusal(error))


Configuration.configure(SHOP_ID, SECRET_KEY, api_url=API_URL)
first = payments()
holds()
refunds(first)
lists()
confirmations()
refusals()
