import { z } from "zod";

/** What the generator is told at its start, as a JSON file. */
export const generatorOrderShape = z.object({
  seed: z.number().int(),
  payers: z.number().int().min(1),
  /** Bills a second while it works. */
  billsPerSecond: z.number().positive(),
  /** The APIs, each behind its proxy. */
  apis: z.array(z.string()).min(1),
  databaseUrl: z.string(),
  dataKeys: z.string(),
  bank: z.object({ url: z.string(), control: z.string(), shopId: z.string(), secretKey: z.string() }),
  stripe: z.object({ url: z.string(), secretKey: z.string(), webhookSecret: z.string() }),
  /** Where browsers are had, and the key that the engine signs pushes with. */
  push: z.object({ url: z.string(), vapidPublic: z.string() }),
  /** Integrators' receiver: where its secrets are said, and the same through its proxy, where the engine sends. */
  hooks: z.object({ url: z.string(), through: z.string() }),
  /** False: nobody lies and nobody stops at the worst moment. */
  hostile: z.boolean(),
  billers: z.array(z.object({ id: z.string(), name: z.string(), secret: z.string() })),
  identity: z.object({ issuer: z.string(), dataDir: z.string(), clientId: z.string() }),
  files: z.object({ intents: z.string(), truth: z.string() }),
});
export type GeneratorOrder = z.infer<typeof generatorOrderShape>;
