import { readFileSync } from "node:fs";
import { z } from "zod";
import { DemoFailure } from "./failure.ts";

const boardShape = z.object({
  api: z.url(),
  page: z.url(),
  temporalUi: z.url(),
  bank: z.object({
    url: z.url(),
    control: z.url(),
    shopId: z.string(),
    secretKey: z.string(),
    stripe: z.object({ url: z.url(), secretKey: z.string() }),
  }),
  mailbox: z.object({ http: z.url() }),
  city: z.url(),
  billers: z.array(z.object({ id: z.string(), name: z.string() })),
  users: z.array(
    z.object({ name: z.string(), role: z.string(), email: z.string(), login: z.string(), token: z.string() }),
  ),
});

/** Where everything of a running stack is, as the launcher wrote it. */
export type DemoBoard = z.infer<typeof boardShape>;

/** Reads a board. Throws {@link DemoFailure} when there is none or something is missing in it. */
export function readBoard(file: string): DemoBoard {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (cause) {
    throw new DemoFailure(`${file} cannot be read: start the stack first (npm start), it writes the board`, {
      cause,
    });
  }
  const parsed = boardShape.safeParse(JSON.parse(text));
  if (!parsed.success)
    throw new DemoFailure(`${file} is no board of this stack:\n${z.prettifyError(parsed.error)}`);
  return parsed.data;
}

/** The demonstration person with a login. Throws when the board has none. */
export function personOf(board: DemoBoard, login: string): DemoBoard["users"][number] {
  const found = board.users.find((user) => user.login === login);
  if (!found) throw new DemoFailure(`the board knows nobody called ${login}`);
  return found;
}
