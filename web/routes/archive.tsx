import { Hono } from "hono";
import { archiveWish, readArchiveForm } from "../archive-wish.ts";
import { handOn, show } from "../answers.tsx";
import type { Desk, WebEnv } from "../desk.ts";
import { ArchivePage } from "../pages/archive.tsx";

/** The archive, and its lines as a file. */
export function archiveRoutes({ engine }: Desk): Hono<WebEnv> {
  const app = new Hono<WebEnv>();
  app.get("/archive", async (c) => {
    const client = engine(c);
    const visit = c.get("visit");
    const form = readArchiveForm(c.req.query());
    const { wish, problems } = archiveWish(visit, form);
    const cursor = c.req.query("cursor");
    const [entries, sums] = await Promise.all([
      client.listArchive({ ...wish, ...(cursor === undefined ? {} : { cursor }) }),
      client.sumArchive(),
    ]);
    const page = (
      <ArchivePage visit={visit} form={form} problems={problems} entries={entries} sums={sums.items} />
    );
    return show(c, page, Object.keys(problems).length === 0 ? 200 : 422);
  });
  app.get("/archive.csv", async (c) => {
    const { wish } = archiveWish(c.get("visit"), readArchiveForm(c.req.query()));
    return handOn(c, await engine(c).openArchiveFile(wish));
  });
  return app;
}
