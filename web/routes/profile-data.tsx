import { Hono } from "hono";
import { say } from "../../words/say.ts";
import { show } from "../answers.tsx";
import type { Desk, WebEnv } from "../desk.ts";
import { ErasedPage, ErasurePage } from "../pages/profile/data.tsx";
import { dropSession } from "../session.ts";

/** One's own data: a file to take along, and the way out (R3). */
export function dataRoutes({ engine, shelf }: Desk): Hono<WebEnv> {
  const app = new Hono<WebEnv>();
  app.get("/profile/export", async (c) => {
    const { body, headers } = await engine(c).exportMe();
    const kept = ["content-type", "content-disposition"].map(
      (name) => [name, headers.get(name) ?? ""] as const,
    );
    return c.newResponse(body as ReadableStream<Uint8Array> | null, 200, Object.fromEntries(kept));
  });
  app.get("/profile/erase", (c) =>
    show(c, <ErasurePage visit={c.get("visit")} problems={{}} waitsFor={[]} />),
  );
  app.post("/profile/erase", async (c) => {
    const visit = c.get("visit");
    if (c.get("form").text("confirm") !== "erase") {
      const problems = { confirm: say(visit.locale, "page.data.erase.unconfirmed") };
      return show(c, <ErasurePage visit={visit} problems={problems} waitsFor={[]} />, 422);
    }
    const { state, waitsFor } = await engine(c).eraseMe();
    if (state === "waiting") return show(c, <ErasurePage visit={visit} problems={{}} waitsFor={waitsFor} />);
    dropSession(c, shelf);
    return show(c, <ErasedPage visit={{ ...visit, session: undefined }} />);
  });
  return app;
}
