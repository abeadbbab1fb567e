/** @see registryRu */
export const registryEn = {
  "registry.line.title": "A line of the registry was refused",
  "registry.line.line-too-long": "The line is longer than 64 KB. Check the line ends.",
  "registry.line.line-not-text": "The line holds zero bytes. Export the file again.",
  "registry.line.line-encoding-wrong": "The line is not in the declared encoding.",
  "registry.line.line-columns-wrong":
    "There are not as many columns as declared. A value may hold a separator: put it in quotes.",
  "registry.line.quotes-unbalanced":
    "Quotes are out of place or not closed. A value cannot go on in the next line.",
  "registry.line.formula-refused": "A text begins with =, +, - or @, like a formula. Remove that sign.",
  "registry.line.text-not-allowed": "The field holds signs that it may not, or is too long.",
  "registry.line.field-missing": "A required field is empty.",
  "registry.line.status-unknown": "The declared format knows no such state of a bill.",
  "registry.line.version-invalid": "A version is a whole number from 1.",
  "registry.line.discount-invalid": "A discount is above 0 and below 100 %, with at most two decimals.",
  "registry.line.contradicts-another-line":
    "Another line of the file says something else of the same bill and version. None of them counts: send the right one.",
  "registry.line.bill-version-conflict":
    "Other data came with this version of the bill before. To change a bill, raise its version.",
  "registry.line.amount-invalid":
    "An amount is above zero, at most 100,000,000 roubles, with the declared sign before its decimals and at most two of them.",
  "registry.line.date-invalid": "The day or month does not exist, or is not written as declared.",
  "registry.line.identifier-misshapen":
    "The number does not have the right shape. Check its signs and length.",
  "registry.line.check-digit-wrong": "The check digit does not fit: the number was mistyped.",

  "registry.report.reason": "reason",

  "registry.file.title": "The registry file was refused",
  "registry.file.file-encoding-wrong":
    "The file is not in the declared encoding. Nothing of it counts: save it in the declared one.",
  "registry.file.file-truncated":
    "The file seems to be cut off: the last line has no end, or the line of totals is missing. Nothing of it counts: send all of it.",
  "registry.file.file-totals-wrong":
    "The totals of the file do not fit its lines. Nothing of it counts: check the export.",
  "registry.file.file-format-missing":
    "How the registry files of this biller are written is not described. Add it to the catalogue of billers.",
  "registry.file.file-version-missing":
    "The lines name no versions, so the file must name its own: send it along (--file-version 202611, in an address version=202611). A later file has a larger one.",
  "registry.file.file-under-way": "Another file of this biller is still at work. Wait for its end.",
  "registry.file.file-nothing-to-resume": "This file was not interrupted: there is nothing to go on with.",
  "registry.file.file-abandoned":
    "The file was not read to its end when its biller sent another one. Nothing of it counts.",
} as const;
