import type { FC } from "hono/jsx";
import type { Mandate, Method } from "../../api/client.ts";
import { bindingParagraphs } from "../consent.ts";
import { say } from "../../words/say.ts";
import { ActionForm } from "../parts/forms.tsx";
import { Frame } from "../parts/frame.tsx";
import { expiryWords, methodName } from "../parts/method-choice.tsx";
import { StateLine } from "../parts/state-line.tsx";
import type { Told } from "../payment-words.ts";
import type { Visit } from "../visit.ts";

/** The payer's cards. */
export const MethodsPage: FC<{ visit: Visit; methods: readonly Method[] }> = ({ visit, methods }) => {
  const { locale } = visit;
  return (
    <Frame visit={visit} title={say(locale, "page.nav.methods")} room="methods">
      <div class="row between">
        <h1>{say(locale, "page.nav.methods")}</h1>
        <a class="button" href="/methods/new">
          {say(locale, "page.method.bind")}
        </a>
      </div>
      {methods.length === 0 ? (
        <p class="lead">{say(locale, "page.method.none")}</p>
      ) : (
        <div class="grid">
          {methods.map((method) => (
            <MethodSlip visit={visit} method={method} />
          ))}
        </div>
      )}
    </Frame>
  );
};

const MethodSlip: FC<{ visit: Visit; method: Method }> = ({ visit, method }) => {
  const { locale } = visit;
  const name = methodName(visit, method);
  return (
    <article class="slip" data-method={method.id} data-state={method.state}>
      <div class="slip-body stack">
        <h2>{name}</h2>
        <p class="soft">{expiryWords(visit, method)}</p>
        <StateLine told={tellMethod(visit, method)} />
        {method.mandates.length === 0 ? null : (
          <p>{say(locale, "page.method.mandates", { count: method.mandates.length })}</p>
        )}
      </div>
      {method.state === "withdrawn" ? null : (
        <div class="slip-tear row">
          {method.state === "binding" && method.confirmationUrl !== null ? (
            <a class="button" href={`/methods/${method.id}/bank`}>
              {say(locale, "page.method.go-on")}
            </a>
          ) : null}
          <a class="button danger" href={`/methods/${method.id}/withdraw`}>
            {say(locale, "page.method.withdraw")}
            <span class="hidden-visually">{` ${name}`}</span>
          </a>
        </div>
      )}
    </article>
  );
};

function tellMethod({ locale }: Visit, { state }: Method): Told {
  const tones = { active: "good", binding: "wait", unusable: "bad", withdrawn: "calm" } as const;
  return { tone: tones[state], title: say(locale, `page.method.${state}`), moving: state === "binding" };
}

/** What binding a card means, before the payer goes to the bank's page. */
export const NewMethodPage: FC<{ visit: Visit; returnTo: string }> = ({ visit, returnTo }) => {
  const { locale } = visit;
  const title = say(locale, "page.method.bind");
  return (
    <Frame visit={visit} title={title} room="methods">
      <div class="narrow stack">
        <a class="crumb" href="/methods">
          {say(locale, "page.nav.methods")}
        </a>
        <h1>{title}</h1>
        <div class="card stack">
          {bindingParagraphs(locale).map((paragraph) => (
            <p>{paragraph}</p>
          ))}
        </div>
        <ActionForm visit={visit} action="/methods/new">
          <input type="hidden" name="returnTo" value={returnTo} />
          <button type="submit">{say(locale, "page.method.bind.button")}</button>
        </ActionForm>
      </div>
    </Frame>
  );
};

/** Back from the bank's page: whether the card is bound, as the gateway itself says. */
export const MethodReturnPage: FC<{ visit: Visit; method: Method; goOnTo: string }> = ({
  visit,
  method,
  goOnTo,
}) => {
  const { locale } = visit;
  const told = tellMethod(visit, method);
  return (
    <Frame visit={visit} title={told.title} room="methods" live={told.moving}>
      <div class="narrow stack" data-method={method.id} data-state={method.state}>
        <h1>{methodName(visit, method)}</h1>
        <div class={`note note-${told.tone}`} aria-live="polite">
          <h2>{told.title}</h2>
          <p>{say(locale, `page.method.${method.state}.next`)}</p>
        </div>
        {method.state === "binding" ? (
          <live-status data-from={`/methods/${method.id}/live`} data-mark={method.state}>
            <a data-without-script href={`/methods/${method.id}/return`}>
              {say(locale, "page.payment.refresh")}
            </a>
          </live-status>
        ) : null}
        <p class="row">
          {method.state === "binding" && method.confirmationUrl !== null ? (
            <a class="button" href={`/methods/${method.id}/bank`}>
              {say(locale, "page.method.go-on")}
            </a>
          ) : null}
          {method.state === "active" ? (
            <a class="button" href={goOnTo}>
              {say(locale, goOnTo === "/methods" ? "page.method.to-list" : "page.action.go-on")}
            </a>
          ) : (
            <a href="/methods">{say(locale, "page.method.to-list")}</a>
          )}
        </p>
      </div>
    </Frame>
  );
};

/** Before a card is withdrawn: everything that stops with it. */
export const WithdrawPage: FC<{ visit: Visit; method: Method; mandates: readonly Mandate[] }> = (props) => {
  const { visit, method, mandates } = props;
  const { locale } = visit;
  const name = methodName(visit, method);
  const title = say(locale, "page.method.withdraw.title", { method: name });
  return (
    <Frame visit={visit} title={title} room="methods">
      <div class="narrow stack">
        <a class="crumb" href="/methods">
          {say(locale, "page.nav.methods")}
        </a>
        <h1>{title}</h1>
        <p>{say(locale, "page.method.withdraw.what")}</p>
        {mandates.length === 0 ? (
          <p>{say(locale, "page.method.withdraw.nothing")}</p>
        ) : (
          <div class="note note-wait">
            <h2>{say(locale, "page.method.withdraw.stops")}</h2>
            <ul class="bullets">
              {mandates.map((mandate) => (
                <li>
                  <a href={`/mandates/${mandate.id}`}>{`${mandate.biller.name}, ${mandate.account}`}</a>
                  {mandate.terms.methods.length > 1 ? ` (${say(locale, "page.method.withdraw.other")})` : ""}
                </li>
              ))}
            </ul>
          </div>
        )}
        <ActionForm visit={visit} action={`/methods/${method.id}/withdraw`} class="row">
          <button type="submit" class="danger">
            {say(locale, "page.method.withdraw.button")}
          </button>
          <a href="/methods">{say(locale, "page.action.keep")}</a>
        </ActionForm>
      </div>
    </Frame>
  );
};
