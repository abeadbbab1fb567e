import type { FC } from "hono/jsx";
import type { Method } from "../../api/client.ts";
import type { Wallet } from "../../domain/capability-matrix.ts";
import { say } from "../../words/say.ts";
import { bindingParagraphs } from "../consent.ts";
import { ActionForm, Choices } from "../parts/forms.tsx";
import { Frame } from "../parts/frame.tsx";
import { methodKindWords } from "../../words/method-kinds.ts";
import { methodName } from "../parts/method-choice.tsx";
import { WalletHint } from "../parts/wallet-hint.tsx";
import type { Visit } from "../visit.ts";
import { tellMethod } from "./methods.tsx";

/** Something that can be bound without a payment. */
export interface Bindable {
  readonly gateway: string;
  readonly kind: string;
}

interface NewMethodProps {
  readonly visit: Visit;
  readonly returnTo: string;
  /** What can be bound here; the first is proposed. */
  readonly bindables: readonly Bindable[];
  /** Wallets that can be chosen on the gateway's page instead of typing a card. */
  readonly wallets: readonly Wallet[];
}

/** What binding a method means, before the payer goes to the bank's page. */
export const NewMethodPage: FC<NewMethodProps> = ({ visit, returnTo, bindables, wallets }) => {
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
        <WalletHint visit={visit} wallets={wallets} />
        {bindables.length === 0 ? (
          <p class="note note-bad">{say(locale, "method.nothing-to-bind")}</p>
        ) : (
          <ActionForm visit={visit} action="/methods/new" class="stack">
            <input type="hidden" name="returnTo" value={returnTo} />
            <WhatToBind visit={visit} bindables={bindables} />
            <button type="submit">{say(locale, "page.method.bind.button")}</button>
          </ActionForm>
        )}
      </div>
    </Frame>
  );
};

/** A question only where there is something to choose. */
const WhatToBind: FC<{ visit: Visit; bindables: readonly Bindable[] }> = ({ visit, bindables }) => {
  const { locale } = visit;
  const several = new Set(bindables.map(({ gateway }) => gateway)).size > 1;
  const options = bindables.map((bindable) => ({
    value: bindableValue(bindable),
    label: methodKindWords(locale, bindable.kind),
    ...(several ? { hint: gatewayWords(visit, bindable.gateway) } : {}),
  }));
  const [first] = options;
  if (first === undefined) return null;
  if (options.length === 1) return <input type="hidden" name="what" value={first.value} />;
  return (
    <Choices name="what" legend={say(locale, "method.what-to-bind")} options={options} chosen={first.value} />
  );
};

/** How the form names one of them. */
export function bindableValue({ gateway, kind }: Bindable): string {
  return `${gateway} ${kind}`;
}

/** Through whom the money goes. */
export function gatewayWords({ locale }: Visit, gateway: string): string {
  const known = gateway === "yookassa" || gateway === "stripe";
  return say(locale, "method.through", {
    gateway: known ? say(locale, `method.gateway.${gateway}`) : gateway,
  });
}

/** Back from the bank's page: whether the method is bound, as the gateway itself says. */
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
