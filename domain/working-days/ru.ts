import type { CountryDays } from "./country-days.ts";

/**
 * Russia, the week of five days. The law: article 112 of the Labour Code as in force since 2013. A year is added from its decree's text, never from a
 * draft: `docs/working-days.md` says where each one was read.
 */
export const RUSSIA: CountryDays = {
  country: "RU",
  weekend: [6, 7],
  law: "Трудовой кодекс Российской Федерации, статья 112",
  holidays: [
    { month: 1, day: 1, dayOffMoves: "by-decree-only" },
    { month: 1, day: 2, dayOffMoves: "by-decree-only" },
    { month: 1, day: 3, dayOffMoves: "by-decree-only" },
    { month: 1, day: 4, dayOffMoves: "by-decree-only" },
    { month: 1, day: 5, dayOffMoves: "by-decree-only" },
    { month: 1, day: 6, dayOffMoves: "by-decree-only" },
    { month: 1, day: 7, dayOffMoves: "by-decree-only" },
    { month: 1, day: 8, dayOffMoves: "by-decree-only" },
    { month: 2, day: 23, dayOffMoves: "by-law" },
    { month: 3, day: 8, dayOffMoves: "by-law" },
    { month: 5, day: 1, dayOffMoves: "by-law" },
    { month: 5, day: 9, dayOffMoves: "by-law" },
    { month: 6, day: 12, dayOffMoves: "by-law" },
    { month: 11, day: 4, dayOffMoves: "by-law" },
  ],
  decrees: [
    {
      year: 2023,
      number: "1505",
      signedOn: "2022-08-29",
      moves: [
        { from: "2023-01-01", to: "2023-02-24" },
        { from: "2023-01-08", to: "2023-05-08" },
      ],
    },
    {
      year: 2024,
      number: "1314",
      signedOn: "2023-08-10",
      moves: [
        { from: "2024-01-06", to: "2024-05-10" },
        { from: "2024-01-07", to: "2024-12-31" },
        { from: "2024-04-27", to: "2024-04-29" },
        { from: "2024-11-02", to: "2024-04-30" },
        { from: "2024-12-28", to: "2024-12-30" },
      ],
    },
    {
      year: 2025,
      number: "1335",
      signedOn: "2024-10-04",
      moves: [
        { from: "2025-01-04", to: "2025-05-02" },
        { from: "2025-01-05", to: "2025-12-31" },
        { from: "2025-02-23", to: "2025-05-08" },
        { from: "2025-03-08", to: "2025-06-13" },
        { from: "2025-11-01", to: "2025-11-03" },
      ],
    },
    {
      year: 2026,
      number: "1466",
      signedOn: "2025-09-24",
      moves: [
        { from: "2026-01-03", to: "2026-01-09" },
        { from: "2026-01-04", to: "2026-12-31" },
      ],
    },
    {
      year: 2027,
      number: "1187",
      signedOn: "2026-09-17",
      moves: [
        { from: "2027-01-02", to: "2027-11-05" },
        { from: "2027-01-03", to: "2027-12-31" },
        { from: "2027-02-20", to: "2027-02-22" },
      ],
    },
  ],
};
