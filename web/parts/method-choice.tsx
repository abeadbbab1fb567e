import type { FC } from "hono/jsx";
import type { Method, MethodChoice as Choice } from "../../api/client.ts";
import { METHOD_KINDS, type MethodKind } from "../../domain/capability-matrix.ts";
import { methodKindWords } from "../../words/method-kinds.ts";
import { isMessageKey, type MessageKey, say } from "../../words/say.ts";
import type { Visit } from "../visit.ts";
import { Choices, Field, type Option } from "./forms.tsx";

/** The value of the answer "I will type a card on the bank's page". */
export const otherCard = "other-card";

const ONCE = "once:";

/** The value of an answer that takes a kind for this payment only. */
export function onceValue(kind: MethodKind): string {
  return `${ONCE}${kind}`;
}

/** The kind behind such a value; undefined for every other one. */
export function onceKind(value: string): MethodKind | undefined {
  return METHOD_KINDS.find((kind) => value === onceValue(kind));
}

/** A method as people know it: `MasterCard *4477`. */
export function methodName(
  { locale }: Visit,
  method: Pick<Method, "title" | "brand" | "last4"> & Partial<Pick<Method, "kind">>,
): string {
  if (method.title !== null) return method.title;
  if (method.last4 !== null) return `${method.brand ?? ""} *${method.last4}`.trim();
  return method.kind === undefined || method.kind === "bank_card"
    ? say(locale, "page.method.card")
    : methodKindWords(locale, method.kind);
}

/** `Действует до 12/2030`; empty when the gateway did not tell. */
export function expiryWords({ locale }: Visit, { expiryMonth, expiryYear }: Method): string {
  if (expiryMonth === null || expiryYear === null) return "";
  const date = `${String(expiryMonth).padStart(2, "0")}/${String(expiryYear)}`;
  return say(locale, "page.method.expires", { date });
}

/** A method as one of several answers; its expiry tells cards with equal digits apart. */
export function methodOption(visit: Visit, method: Method): Option {
  const hint = expiryWords(visit, method);
  const option = { value: method.id, label: methodName(visit, method) };
  return hint === "" ? option : { ...option, hint };
}

/** Kinds that are taken for this payment only; a card is the answer {@link otherCard}. */
function onceOptions({ locale }: Visit, { once }: Choice): readonly Option[] {
  return once
    .filter(({ allowed, kind }) => allowed && kind !== "bank_card")
    .map(({ kind }) => {
      const hint = `method.once.${kind}.hint`;
      const option = { value: onceValue(kind), label: methodKindWords(locale, kind) };
      return isMessageKey(hint) && isOnceHint(hint) ? { ...option, hint: say(locale, hint) } : option;
    });
}

function isOnceHint(key: MessageKey): key is Extract<MessageKey, `method.once.${string}`> {
  return key.startsWith("method.once.");
}

/** True when there is any answer to "from where". */
export function canChoose({ canEnterCard, items, once }: Choice): boolean {
  return canEnterCard || items.some(({ allowed }) => allowed) || once.some(({ allowed }) => allowed);
}

/** From where: one of the bound methods, another card that is typed on the bank's page, or what is taken for this payment only. */
export const MethodChoice: FC<{
  visit: Visit;
  choice: Choice;
  chosen: string | undefined;
  problem?: string | undefined;
}> = ({ visit, choice, chosen, problem }) => {
  const { locale } = visit;
  const methods = choice.items.filter(({ allowed }) => allowed).map(({ method }) => method);
  const other = {
    value: otherCard,
    label: say(locale, "page.pay.other-card"),
    hint: say(locale, "page.pay.other-card.hint"),
  };
  const options = [
    ...methods.map((method) => methodOption(visit, method)),
    ...(choice.canEnterCard ? [other] : []),
    ...onceOptions(visit, choice),
  ];
  const known = options.some(({ value }) => value === chosen);
  return (
    <Choices
      name="method"
      legend={say(locale, "page.pay.method")}
      problem={problem}
      chosen={(known ? chosen : options[0]?.value) ?? otherCard}
      options={options}
    />
  );
};

/** The number whose account pays, where that can be chosen. The style sheet hides it while another answer is chosen; without that it says when it counts. */
export const PhoneField: FC<{
  visit: Visit;
  choice: Choice;
  value: string | undefined;
  problem: string | undefined;
}> = ({ visit: { locale }, choice, value, problem }) =>
  choice.once.some(({ allowed, needsPhone }) => allowed && needsPhone) ? (
    <div class="phone-account">
      <Field
        name="phone"
        label={say(locale, "method.phone")}
        hint={say(locale, "method.phone.hint")}
        value={value ?? ""}
        problem={problem}
        inputmode="tel"
        autocomplete="tel"
        short
      />
    </div>
  ) : null;

/** The payer's other methods and the kinds of the gateway, each with the reasons why it is not taken here; nothing where all are. */
export const UnfitMethods: FC<{ visit: Visit; choice: Choice }> = ({ visit, choice }) => {
  const { locale } = visit;
  const unfit = [
    ...choice.items.map((item) => ({ ...item, name: methodName(visit, item.method) })),
    ...choice.once.map((item) => ({ ...item, name: methodKindWords(locale, item.kind) })),
  ].filter(({ allowed }) => !allowed);
  if (unfit.length === 0) return null;
  return (
    <div class="stack" data-unfit>
      <h2>{say(locale, "method.unfit")}</h2>
      <ul class="bullets">
        {unfit.map(({ name, whyNot }) => (
          <li>
            {`${name}. `}
            <span class="soft">{whyNot.map(({ detail }) => detail).join(" ")}</span>
          </li>
        ))}
      </ul>
    </div>
  );
};

/** No method that is taken here: one is bound first, then the payer comes back. */
export const BindFirst: FC<{ visit: Visit; billerId: string; returnTo: string }> = (props) => {
  const { locale } = props.visit;
  return (
    <div class="note note-wait">
      <h2>{say(locale, "method.bind-first")}</h2>
      <p>{say(locale, "method.why.method-needed")}</p>
      <p>
        <a class="button" href={bindingPath(props)}>
          {say(locale, "page.method.bind")}
        </a>
      </p>
    </div>
  );
};

/** The page that binds a method for a biller and comes back. */
export function bindingPath({ billerId, returnTo }: { billerId: string; returnTo: string }): string {
  return `/methods/new?${new URLSearchParams({ biller: billerId, returnTo }).toString()}`;
}
