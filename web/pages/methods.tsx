import type { FC } from "hono/jsx";
import type { Method } from "../../api/client.ts";
import { say } from "../../words/say.ts";
import { ActionForm } from "../parts/forms.tsx";
import { Frame } from "../parts/frame.tsx";
import { expiryWords, methodName } from "../parts/method-choice.tsx";
import { StateLine } from "../parts/state-line.tsx";
import type { Told } from "../payment-words.ts";
import type { Visit } from "../visit.ts";

/** The payer's methods in their own order. */
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
        <>
          <p class="lead">{say(locale, "method.order.lead")}</p>
          <div class="grid">
            {methods.map((method) => (
              <MethodSlip visit={visit} method={method} methods={methods} />
            ))}
          </div>
        </>
      )}
      <p>
        <a href="/methods/kinds">{say(locale, "method.kinds.title")}</a>
      </p>
    </Frame>
  );
};

interface SlipProps {
  readonly visit: Visit;
  readonly method: Method;
  readonly methods: readonly Method[];
}

const MethodSlip: FC<SlipProps> = ({ visit, method, methods }) => {
  const { locale } = visit;
  const name = methodName(visit, method);
  return (
    <article class="slip" data-method={method.id} data-state={method.state}>
      <div class="slip-body stack">
        <h2>{name}</h2>
        {method.isDefault ? <p>{say(locale, "method.default")}</p> : null}
        <p class="soft">{expiryWords(visit, method)}</p>
        <StateLine told={tellMethod(visit, method)} />
        {method.mandates.length === 0 ? null : (
          <p>{say(locale, "page.method.mandates", { count: method.mandates.length })}</p>
        )}
      </div>
      <div class="slip-tear row">
        {method.state === "binding" && method.confirmationUrl !== null ? (
          <a class="button" href={`/methods/${method.id}/bank`}>
            {say(locale, "page.method.go-on")}
          </a>
        ) : null}
        <MoveForward visit={visit} method={method} methods={methods} />
        <a class="button danger" href={`/methods/${method.id}/withdraw`}>
          {say(locale, "page.method.withdraw")}
          <span class="hidden-visually">{` ${name}`}</span>
        </a>
      </div>
    </article>
  );
};

/** Puts a usable method one place forward; the second one becomes the default. */
const MoveForward: FC<SlipProps> = ({ visit, method, methods }) => {
  const { locale } = visit;
  const usable = methods.filter(({ state }) => state === "active").map(({ id }) => id);
  const place = usable.indexOf(method.id);
  if (place < 1) return null;
  const order = usable.toSpliced(place, 1).toSpliced(place - 1, 0, method.id);
  return (
    <ActionForm visit={visit} action="/methods/order">
      <input type="hidden" name="order" value={order.join(" ")} />
      <button type="submit" class="quiet">
        {say(locale, place === 1 ? "method.make-default" : "method.move-forward")}
        <span class="hidden-visually">{` ${methodName(visit, method)}`}</span>
      </button>
    </ActionForm>
  );
};

/** Says whether a method works, and why not where we know. */
export function tellMethod({ locale }: Visit, { state, reason }: Method): Told {
  const tones = { active: "good", binding: "wait", unusable: "bad", withdrawn: "calm" } as const;
  const expired = state === "unusable" && reason === "expired";
  return {
    tone: tones[state],
    title: expired ? say(locale, "method.expired") : say(locale, `page.method.${state}`),
    moving: state === "binding",
  };
}
