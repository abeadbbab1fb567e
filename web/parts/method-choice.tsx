import type { FC } from "hono/jsx";
import type { Method } from "../../api/client.ts";
import { say } from "../../words/say.ts";
import type { Visit } from "../visit.ts";
import { Choices } from "./forms.tsx";

/** The value of the answer "I will type a card on the bank's page". */
export const otherCard = "other-card";

/** A method as people know it: `MasterCard *4477`. */
export function methodName({ locale }: Visit, method: Pick<Method, "title" | "brand" | "last4">): string {
  if (method.title !== null) return method.title;
  return method.last4 === null
    ? say(locale, "page.method.card")
    : `${method.brand ?? ""} *${method.last4}`.trim();
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
      ...methods.map((method) => ({ value: method.id, label: methodName(visit, method) })),
      {
        value: otherCard,
        label: say(visit.locale, "page.pay.other-card"),
        hint: say(visit.locale, "page.pay.other-card.hint"),
      },
    ]}
  />
);
