import type { Child, FC } from "hono/jsx";
import { say } from "../../words/say.ts";
import { staticPath } from "../static-files.ts";
import type { Visit } from "../visit.ts";
import { NoticeBox } from "./notice-box.tsx";

/** The rooms of the page, as the navigation names them. */
export type Room = "bills" | "templates" | "autopay" | "methods" | "history" | "archive";

const rooms = [
  ["bills", "/", "page.nav.bills"],
  ["templates", "/templates", "page.nav.templates"],
  ["autopay", "/mandates", "page.nav.autopay"],
  ["methods", "/methods", "page.nav.methods"],
  ["history", "/payments", "page.nav.history"],
  ["archive", "/archive", "page.nav.archive"],
] as const;

interface FrameProps {
  readonly visit: Visit;
  readonly title: string;
  readonly room?: Room | undefined;
  /** The page refreshes a part of itself. */
  readonly live?: boolean;
  /** The page reads QR codes. */
  readonly scanning?: boolean;
  /** The page can switch notifications of this browser on. */
  readonly optingIn?: boolean;
  /** Go there at once, without a click. */
  readonly leaveFor?: string;
  readonly children?: Child;
}

/** The frame of every page: language, heading, navigation, what the last action said, and that a sandbox is one. */
export const Frame: FC<FrameProps> = ({
  visit,
  title,
  room,
  live,
  scanning,
  optingIn,
  leaveFor,
  children,
}) => (
  <html lang={visit.locale}>
    <head>
      <meta charset="utf-8" />
      <meta name="viewport" content="width=device-width, initial-scale=1" />
      <meta name="color-scheme" content="light dark" />
      <meta name="robots" content="noindex" />
      {leaveFor === undefined ? null : <meta http-equiv="refresh" content={`0;url=${leaveFor}`} />}
      <title>{`${title} · ${say(visit.locale, "page.brand")}`}</title>
      <link rel="stylesheet" href={staticPath("style")} />
      <link rel="icon" href={staticPath("icon")} type="image/svg+xml" />
      {live === true ? <script type="module" src={staticPath("liveStatus")} /> : null}
      {scanning === true ? <script type="module" src={staticPath("qrReader")} /> : null}
      {optingIn === true ? <script type="module" src={staticPath("pushOptIn")} /> : null}
    </head>
    <body>
      <a class="skip" href="#main">
        {say(visit.locale, "page.skip")}
      </a>
      <Top visit={visit} room={room} />
      <main id="main" tabindex={-1} class="stack-loose">
        <NoticeBox visit={visit} />
        <NewTerms visit={visit} />
        {children}
      </main>
      <footer class="foot">
        <p>
          {`${say(visit.locale, "page.foot")} `}
          <a href="/terms">{say(visit.locale, "page.terms.link")}</a>
        </p>
      </footer>
    </body>
  </html>
);

/** Whoever accepted an older edition reads on, and is asked on every page but the one that asks. */
const NewTerms: FC<{ visit: Visit }> = ({ visit }) =>
  visit.terms !== "older" || visit.here.startsWith("/terms") ? null : (
    <p class="note note-wait">
      {`${say(visit.locale, "page.terms.new")} `}
      <a href={`/terms?returnTo=${encodeURIComponent(visit.here)}`}>{say(visit.locale, "page.terms.read")}</a>
    </p>
  );

const Top: FC<{ visit: Visit; room: Room | undefined }> = ({ visit, room }) => {
  const { locale, session } = visit;
  return (
    <>
      <header class="top">
        {visit.livemode ? null : <p class="sandbox">{say(locale, "page.sandbox")}</p>}
        <div class="top-inner">
          <a class="brand" href="/">
            <Mark />
            {say(locale, "page.brand")}
          </a>
          <div class="person">
            {session === undefined ? null : (
              <a href="/profile">
                <span class="hidden-visually">{`${say(locale, "page.profile.title")}: `}</span>
                {session.name}
              </a>
            )}
            <OtherLanguage visit={visit} />
            {session === undefined ? (
              <a href="/sign-in">{say(locale, "page.sign-in")}</a>
            ) : (
              <SignOut visit={visit} />
            )}
          </div>
          {session === undefined ? null : <Rooms visit={visit} room={room} />}
        </div>
      </header>
    </>
  );
};

const Rooms: FC<{ visit: Visit; room: Room | undefined }> = ({ visit, room }) => (
  <nav class="rooms" aria-label={say(visit.locale, "page.nav")}>
    <ul>
      {rooms.map(([id, path, label]) => (
        <li>
          <a href={path} aria-current={id === room ? "page" : undefined}>
            {say(visit.locale, label)}
          </a>
        </li>
      ))}
    </ul>
  </nav>
);

const OtherLanguage: FC<{ visit: Visit }> = ({ visit }) => {
  const other = visit.locale === "ru" ? "en" : "ru";
  const mark = visit.here.includes("?") ? "&" : "?";
  return (
    <a href={`${visit.here}${mark}lang=${other}`} lang={other} hreflang={other}>
      {say(other, "page.language")}
    </a>
  );
};

const SignOut: FC<{ visit: Visit }> = ({ visit }) => (
  <form method="post" action="/sign-out">
    <input type="hidden" name="token" value={visit.formToken} />
    <button type="submit" class="linklike">
      {say(visit.locale, "page.sign-out")}
    </button>
  </form>
);

const Mark: FC = () => (
  <svg viewBox="0 0 32 32" aria-hidden="true" focusable="false">
    <path
      fill="currentColor"
      d="M9 3h14a3 3 0 0 1 3 3v9.2a2.6 2.6 0 0 0 0 5.2V26a3 3 0 0 1-3 3H9a3 3 0 0 1-3-3v-5.6a2.6 2.6 0 0 0 0-5.2V6a3 3 0 0 1 3-3Z"
    />
    <path class="mark-line" d="m11.5 10.6 3.1 3.1 6-6" />
    <path class="mark-line mark-tear" d="M10 17.8h12" />
  </svg>
);
