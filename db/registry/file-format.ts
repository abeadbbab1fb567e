import { z } from "zod";
import { KIND_PATTERN, LONGEST_PURPOSE } from "../../domain/bill-texts.ts";
import { SUBJECT_KINDS } from "../../domain/identifiers/subject.ts";
import { DATE_FORMATS, MONTH_FORMATS } from "../../domain/registry-values.ts";

const MOST_COLUMNS = 200;
const column = z.int().min(1).max(MOST_COLUMNS);

/** Columns are numbered from 1. Only the amount must have one: what all bills of a file share may stand in `constants`. */
const columnsSchema = z.strictObject({
  uin: column.optional(),
  account: column.optional(),
  period: column.optional(),
  kind: column.optional(),
  externalId: column.optional(),
  /** The whole sum, without discount and without what was paid. */
  amount: column,
  /** What is left of it; zero: nothing, below zero: overpaid. */
  left: column.optional(),
  issuedOn: column.optional(),
  dueOn: column.optional(),
  purpose: column.optional(),
  status: column.optional(),
  version: column.optional(),
  discountPercent: column.optional(),
  discountUntil: column.optional(),
  payeeName: column.optional(),
  payeeInn: column.optional(),
  payeeKpp: column.optional(),
  payeeBic: column.optional(),
  payeeAccount: column.optional(),
  payeeCorrespondentAccount: column.optional(),
  payeeKbk: column.optional(),
  payeeOktmo: column.optional(),
});

const totalsSchema = z.strictObject({
  at: z.enum(["first", "last"]),
  /** What the line of totals begins with, so that it is never taken for a bill: `=`, `ИТОГО`… */
  begins: z.string().min(1).max(32),
  /** Columns of that line: how many bills the file holds, their sum, and the file's own version. */
  count: column.optional(),
  sum: column.optional(),
  version: column.optional(),
});

/**
 * How the registry files of one biller are written (`billers.file_format`). `width` is the number of columns of every line: a stray separator would move the
 * amount into another column. A line is a bill: quoted values hold no line breaks.
 */
export const registryFormatSchema = z
  .strictObject({
    encoding: z.enum(["utf-8", "windows-1251"]),
    separator: z.enum([";", ",", "\t", "|"]),
    /** null: values are written as they are, and a quote is a sign like any other. */
    quote: z.enum(['"', "'"]).nullable().default('"'),
    decimal: z.enum([",", "."]),
    amountsIn: z.enum(["roubles", "kopecks"]).default("roubles"),
    dates: z.enum(DATE_FORMATS).default("DD.MM.YYYY"),
    months: z.enum(MONTH_FORMATS).default("MM.YYYY"),
    width: column,
    /** Lines above the first bill that say nothing to us, names of columns among them. */
    skipLines: z.int().min(0).max(100).default(0),
    totals: totalsSchema.nullable().default(null),
    columns: columnsSchema,
    constants: z
      .strictObject({
        purpose: z.string().trim().min(1).max(LONGEST_PURPOSE).optional(),
        kind: z.string().regex(KIND_PATTERN).optional(),
        /** By which day of the month after its period a bill is to be paid. */
        dueDay: z.int().min(1).max(28).optional(),
      })
      .default({}),
    /** The biller's words in the column `status`; without that column every bill is issued. */
    statuses: z.record(z.string().min(1).max(64), z.enum(["issued", "annulled", "paid"])).default({}),
    /** Whom a bill is about, for people who saved such an identifier. */
    subjects: z
      .array(z.strictObject({ kind: z.enum(SUBJECT_KINDS), column }))
      .max(4)
      .default([]),
    /** The biller's program leaves the last line without its end. Elsewhere such a line is a file that was cut off, maybe in the middle of an amount. */
    lastLineOpen: z.boolean().default(false),
  })
  .superRefine((format, context) => {
    for (const [path, why] of contradictions(format))
      context.addIssue({ code: "custom", path, message: why });
  });

/** @see registryFormatSchema */
export type RegistryFormat = z.output<typeof registryFormatSchema>;

type Loose = Pick<
  RegistryFormat,
  "columns" | "width" | "totals" | "subjects" | "constants" | "decimal" | "separator"
>;

/** Rules over several fields: where one is broken, what is wrong, and how it is told. */
const RULES: readonly {
  readonly path: readonly [string, string?];
  readonly isBroken: (format: Loose) => boolean;
  readonly why: string;
}[] = [
  {
    path: ["columns", "account"],
    isBroken: ({ columns }) => columns.uin === undefined && columns.account === undefined,
    why: "a bill is known by its UIN or its account: name one of the columns",
  },
  {
    path: ["columns", "period"],
    isBroken: ({ columns }) => columns.account !== undefined && columns.period === undefined,
    why: "an account's bills are told apart by their period: name its column",
  },
  {
    path: ["columns", "dueOn"],
    isBroken: ({ columns, constants }) => columns.dueOn === undefined && constants.dueDay === undefined,
    why: "name the column, or the day of the month after the period in constants.dueDay",
  },
  {
    path: ["columns", "period"],
    isBroken: ({ columns, constants }) =>
      columns.dueOn === undefined && constants.dueDay !== undefined && columns.period === undefined,
    why: "constants.dueDay needs the period",
  },
  {
    path: ["columns", "purpose"],
    isBroken: ({ columns, constants }) => columns.purpose === undefined && constants.purpose === undefined,
    why: "name the column, or the words in constants.purpose",
  },
  {
    path: ["separator"],
    isBroken: ({ separator, decimal }) => separator === decimal,
    why: "is the sign before decimals",
  },
  {
    path: ["totals", "version"],
    isBroken: ({ totals }) => totals?.at === "last" && totals.version !== undefined,
    why: "the version must be known before the first bill",
  },
  {
    path: ["totals", "version"],
    isBroken: ({ totals, columns }) => totals?.version !== undefined && columns.version !== undefined,
    why: "each bill has a version of its own already",
  },
  {
    path: ["columns", "payeeAccount"],
    isBroken: ({ columns: { payeeName, payeeInn, payeeBic, payeeAccount } }) => {
      const named = [payeeName, payeeInn, payeeBic, payeeAccount].filter((one) => one !== undefined);
      return named.length !== 0 && named.length !== 4;
    },
    why: "a payee is its name, INN, BIC and account, all of them or none",
  },
];

function contradictions(format: Loose): [path: string[], why: string][] {
  const { columns, width, subjects } = format;
  const numbered = [
    ...Object.entries(columns),
    ...subjects.map(({ column: number }) => ["subjects", number] as const),
  ];
  const beyond = numbered.filter(([, number]) => number !== undefined && number > width);
  return [
    ...beyond.map(([name]): [string[], string] => [["columns", name], `there are ${width} columns`]),
    ...RULES.filter(({ isBroken }) => isBroken(format)).map(({ path, why }): [string[], string] => [
      path.filter((step) => step !== undefined),
      why,
    ]),
  ];
}
