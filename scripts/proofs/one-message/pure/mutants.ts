/** Engines that each break one promise: a judge that calls one of them right proves nothing. */
export const MUTANTS = [
  "writes a cause down each time it comes",
  "sends what is switched off",
  "switches the legal minimum off",
  "does not know mutes",
  "wakes people",
  "repeats at night",
  "sends what is too late",
  "sends what is out of date",
  "forgets what was replaced on its way",
  "sends to addresses that are gone",
  "gives a repetition a name of its own",
  "repeats as often as it hears nothing",
  "calls silence an acceptance",
  "gives up what is refused for now",
  "lets no channel stand in for another",
  "lets one stand in for what was told",
  "loses the minimum with its address",
  "closes a digest twice",
  "closes a digest and keeps its lines",
] as const;

export type Mutant = (typeof MUTANTS)[number];
