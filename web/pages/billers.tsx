import type { Child, FC } from "hono/jsx";
import type { Biller, Category } from "../../api/client.ts";
import { say } from "../../words/say.ts";
import { type BillerChoice, choicePath, chosenPath } from "../biller-choice.ts";
import { Frame } from "../parts/frame.tsx";
import type { Visit } from "../visit.ts";

interface ChoiceProps {
  readonly visit: Visit;
  readonly choice: BillerChoice;
}

const ROOMS = { account: "bills", mandate: "autopay", template: "templates" } as const;

const ChoiceFrame: FC<ChoiceProps & { title: string; children?: Child }> = (props) => {
  const { visit, choice, title } = props;
  return (
    <Frame visit={visit} title={title} room={ROOMS[choice.for]}>
      <div class="stack">
        <h1>{title}</h1>
        {props.children}
      </div>
    </Frame>
  );
};

/** Search needs no script: it is a form that asks for a page. */
const Search: FC<ChoiceProps & { within?: string | undefined }> = ({ visit, choice, within }) => {
  const { locale } = visit;
  const label =
    within === undefined
      ? say(locale, "billers.search")
      : say(locale, "billers.search.in", { category: within });
  return (
    <form method="get" action="/billers" class="field">
      <input type="hidden" name="for" value={choice.for} />
      <input type="hidden" name="audience" value={choice.audience} />
      {choice.category === undefined ? null : <input type="hidden" name="category" value={choice.category} />}
      <label for="q">{label}</label>
      <div class="row">
        <input type="text" id="q" name="q" value={choice.q} autocomplete="off" enterkeyhint="search" />
        <button type="submit">{say(locale, "billers.search.button")}</button>
      </div>
    </form>
  );
};

/** Step 1: search, or choose a kind of bills. */
export const CategoriesPage: FC<
  ChoiceProps & { categories: readonly Category[]; nextCursor: string | null }
> = (props) => {
  const { visit, choice, categories, nextCursor } = props;
  const { locale } = visit;
  const forOrganisations = choice.audience === "organisation";
  const other = forOrganisations ? "person" : "organisation";
  return (
    <ChoiceFrame
      visit={visit}
      choice={choice}
      title={say(locale, forOrganisations ? "billers.title.organisations" : "billers.title")}
    >
      <p class="lead">{say(locale, "billers.lead")}</p>
      <Search visit={visit} choice={choice} />
      {(["main", "additional"] as const).map((section) => (
        <Section
          visit={visit}
          choice={choice}
          title={say(locale, `billers.${section}`)}
          categories={categories.filter((category) => category.section === section)}
        />
      ))}
      <Further
        visit={visit}
        choice={choice}
        nextCursor={nextCursor}
        label={say(locale, "billers.more-kinds")}
      />
      <p>
        <a href={choicePath({ ...choice, audience: other })}>
          {say(locale, forOrganisations ? "billers.for-people" : "billers.for-organisations")}
        </a>
      </p>
    </ChoiceFrame>
  );
};

const Section: FC<ChoiceProps & { title: string; categories: readonly Category[] }> = (props) => {
  const { visit, choice, title, categories } = props;
  if (categories.length === 0) return null;
  return (
    <section class="stack">
      <h2>{title}</h2>
      <ul class="picks">
        {categories.map(({ id, title: name, billers }) => (
          <li>
            <a href={choicePath({ ...choice, category: id, q: "" })}>
              {name}
              <span class="hint">{say(visit.locale, "billers.count", { count: billers })}</span>
            </a>
          </li>
        ))}
      </ul>
    </section>
  );
};

const Further: FC<ChoiceProps & { nextCursor: string | null; label: string }> = (props) =>
  props.nextCursor === null ? null : (
    <p>
      <a class="button quiet" href={choicePath(props.choice, props.nextCursor)}>
        {props.label}
      </a>
    </p>
  );

interface BillersProps extends ChoiceProps {
  readonly billers: readonly Biller[];
  /** The one that was chosen, or those that were found. */
  readonly categories: readonly Category[];
  readonly nextCursor: string | null;
}

/** Step 2: the billers of a kind, or those that were found. */
export const BillersPage: FC<BillersProps> = ({ visit, choice, billers, categories, nextCursor }) => {
  const { locale } = visit;
  const category = choice.category === undefined ? undefined : (categories[0]?.title ?? choice.category);
  const title = category ?? say(locale, "billers.found", { q: choice.q });
  return (
    <ChoiceFrame visit={visit} choice={choice} title={title}>
      <p>
        <a class="crumb" href={choicePath({ ...choice, category: undefined, q: "" })}>
          {say(locale, "billers.all")}
        </a>
      </p>
      <Search visit={visit} choice={choice} within={category} />
      {choice.category !== undefined || categories.length === 0 ? null : (
        <Section visit={visit} choice={choice} title={say(locale, "billers.kinds")} categories={categories} />
      )}
      {billers.length > 0 ? (
        <ul class="picks">
          {billers.map((biller) => (
            <li>
              <a href={chosenPath(choice, biller.id)} data-biller={biller.id}>
                {biller.title}
                {category === undefined ? <span class="hint">{biller.categoryTitle}</span> : null}
              </a>
            </li>
          ))}
        </ul>
      ) : choice.category === undefined && categories.length > 0 ? null : (
        <div class="card narrow stack">
          <h2>{say(locale, "billers.nothing")}</h2>
          <p>{say(locale, "billers.nothing.text")}</p>
        </div>
      )}
      <Further visit={visit} choice={choice} nextCursor={nextCursor} label={say(locale, "billers.more")} />
    </ChoiceFrame>
  );
};
