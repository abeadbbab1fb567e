import type { FC } from "hono/jsx";
import { CityPage, htmlDocument } from "../city-page.tsx";
import { demoPeople, type DemoRole } from "./demo-people.ts";

export type Language = "ru" | "en";

/** Russian unless the first language asked for is another one; the argument is `ui_locales` or `Accept-Language`. */
export function languageOf(asked: string): Language {
  const first = /^\s*([a-z]{2})/i.exec(asked)?.[1]?.toLowerCase();
  return first === undefined || first === "ru" ? "ru" : "en";
}

const words = {
  ru: {
    place: "Песочница · служба входа (люди вымышлены, пароль не нужен)",
    signIn: "Кто входит?",
    other: "English",
    error: "Войти не получилось",
    back: "Вернитесь на страницу, с которой пришли, и начните вход заново.",
    signOut: "Выйти?",
    yes: "Да, выйти",
    no: "Нет, остаться",
    signedOut: "Вы вышли",
    roles: { resident: "житель", operator: "оператор", biller: "поставщик услуг", integrator: "интегратор" },
  },
  en: {
    place: "Sandbox · sign-in service (the people are invented, no password)",
    signIn: "Who is signing in?",
    other: "Русский",
    error: "Signing in did not work",
    back: "Go back to the page you came from and start again.",
    signOut: "Sign out?",
    yes: "Yes, sign out",
    no: "No, stay signed in",
    signedOut: "You are signed out",
    roles: { resident: "resident", operator: "operator", biller: "biller", integrator: "integrator" },
  },
} as const satisfies Record<Language, Record<string, string | Record<DemoRole, string>>>;

const SignIn: FC<{ language: Language; uid: string }> = ({ language, uid }) => {
  const say = words[language];
  const otherLanguage = language === "ru" ? "en" : "ru";
  return (
    <CityPage language={language} title={say.signIn} place={say.place}>
      <p>
        <a href={`/interaction/${uid}?lang=${otherLanguage}`} lang={otherLanguage}>
          {say.other}
        </a>
      </p>
      <form method="post" action={`/interaction/${uid}`}>
        {demoPeople.map((person) => (
          <button type="submit" name="login" value={person.login}>
            {person.name} <span class="soft">· {say.roles[person.role]}</span>
          </button>
        ))}
      </form>
    </CityPage>
  );
};

/** A button for each person; works without script. */
export function signInPage(language: Language, uid: string): string {
  return htmlDocument(<SignIn language={language} uid={uid} />);
}

/** What went wrong, in the protocol's words; values are escaped. */
export function errorPage(language: Language, out: Record<string, string>): string {
  const say = words[language];
  return htmlDocument(
    <CityPage language={language} title={say.error} place={say.place}>
      <p>{say.back}</p>
      <dl class="card">
        {Object.entries(out).map(([name, value]) => (
          <>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </>
        ))}
      </dl>
    </CityPage>,
  );
}

/** Asks before ending the session at the provider. `form` is the library's hidden form `op.logoutForm`. */
export function signOutPage(language: Language, form: string): string {
  const say = words[language];
  return htmlDocument(
    <CityPage language={language} title={say.signOut} place={say.place}>
      <div dangerouslySetInnerHTML={{ __html: form }} />
      <button class="main" type="submit" form="op.logoutForm" name="logout" value="yes">
        {say.yes}
      </button>
      <p></p>
      <button type="submit" form="op.logoutForm">
        {say.no}
      </button>
    </CityPage>,
  );
}

/** Shown when a sign-out has no page to go back to. */
export function signedOutPage(language: Language): string {
  const say = words[language];
  return htmlDocument(<CityPage language={language} title={say.signedOut} place={say.place} />);
}
