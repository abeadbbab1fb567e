import type { CaseFile } from "./case-file.ts";

/** The library that lies looks once a second how much it is to lie. */
const LIE_LASTS_MS = 2_000;

/** When something may really have been that the bank wrote down, on the machine's clock: as it says, or off by what the run's faults F15 set its clock wrong by, while they lasted. */
export function bankInstants(file: CaseFile, writtenMs: number): readonly number[] {
  const lies = file.record.faults.filter(({ code, target }) => code === "F15" && target === "bank");
  const others = lies
    .filter(({ phase }) => phase === "begin")
    .flatMap(({ id, at, detail }) => {
      const { skewMs = 0, thenMs = 0 } = (detail ?? {}) as Readonly<Record<string, number>>;
      const end = lies.find((one) => one.id === id && one.phase === "end")?.at ?? "9999-12-31";
      return [skewMs, thenMs]
        .map((lieMs) => writtenMs - lieMs)
        .filter((trueMs) => trueMs >= Date.parse(at) && trueMs <= Date.parse(end) + LIE_LASTS_MS);
    });
  return [writtenMs, ...others];
}
