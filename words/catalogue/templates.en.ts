import type { templatesRu } from "./templates.ru.ts";

/** Templates, in English. */
export const templatesEn = {
  "templates.purpose": "Payment without a bill: {biller}",
  "templates.title": "Templates",
  "templates.lead":
    "Saved details, so as not to type them again. Templates never charge anything by themselves.",
  "templates.none":
    "No templates yet. Save the first one: from a bill, from a payment, or by choosing a biller.",
  "templates.new": "New template",
  "templates.new.lead": "Nothing is paid until you press “Pay” yourself.",
  "templates.name": "Name",
  "templates.name.hint": "What you will call it, for example “Mother’s flat”",
  "templates.sum": "How much to pay",
  "templates.sum.due": "What is due",
  "templates.sum.due.hint": "The bill that was issued is paid",
  "templates.sum.own": "A sum of my own",
  "templates.sum.own.hint": "From {least} to {most}",
  "templates.amount": "Sum, RUB",
  "templates.problem.name": "Give the template a name",
  "templates.problem.amount": "A sum is written like this: 500 or 500.50",
  "templates.save": "Save",
  "templates.pay": "Pay",
  "templates.pay.title": "Payment by a template",
  "templates.due.none": "Nothing is due now",
  "templates.due.until": "Until {due}",
  "templates.due.more": "{count, plural, one {and # more bill} other {and # more bills}}",
  "templates.edit": "Change",
  "templates.delete": "Remove",
  "templates.delete.text": "Payments that were made by it stay in the archive.",
  "templates.back": "To the templates",
  "templates.from-bill": "Save as a template",
  "templates.again": "Yes, pay once more",
  "templates.again.watch": "Look at that payment",
  "page.nav.templates": "Templates",
  "page.done.template-saved": "The template is saved.",
  "page.done.template-deleted": "The template is removed.",
} satisfies Record<keyof typeof templatesRu, string>;
