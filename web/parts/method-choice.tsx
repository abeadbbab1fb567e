import type { FC } from "hono/jsx";
import type { Method } from "../../api/client.ts";
import { say } from "../../words/say.ts";
import type { Visit } from "../visit.ts";
import { Choices, type Option } from "./forms.tsx";

/** The value of the answer "I will type a card on the bank's page". */
export const otherCard = "other-card";

/** A method as people know it: `MasterCard *4477`. */
export function methodName({ locale }: Visit, method: Pick<Method, "title" | "brand" | "last4">): string {
  if (method.title !== null) return method.title;
  return method.last4 === null
    ? say(locale, "page.method.card")
    : `${method.brand ?? ""} *${method.last4}`.trim();
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

/** From which card: one of the bound ones, or another one that is typed on the bank's page. */
export const MethodChoice: FC<{
  visit: Visit;
  methods: readonly Method[];
  chosen: string | undefined;
  problem?: string | undefined;
}> = ({ visit, methods, chosen, problem }) => (
  <Choices
    name="method"
    legend={say(visit.locale, "page.pay.method")}
    problem={problem}
    chosen={chosen ?? methods[0]?.id ?? otherCard}
    options={[
      ...methods.map((method) => methodOption(visit, method)),
      {
        value: otherCard,
        label: say(visit.locale, "page.pay.other-card"),
        hint: say(visit.locale, "page.pay.other-card.hint"),
      },
    ]}
  />
);
