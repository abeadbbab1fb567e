/** @jsxImportSource react */
import type { ReactElement } from "react";
import { renderToStaticMarkup } from "react-dom/server";
import {
  Body,
  Button,
  Column,
  Container,
  Head,
  Heading,
  Html,
  Link as Anchor,
  Preview,
  Row as Line,
  Section,
  Text,
} from "react-email";
import { say } from "../../../words/say.ts";
import type { DigestEntry } from "./digest-entries.ts";
import { type Letter, oneLine } from "./letter.ts";
import type { Link } from "./links.ts";
import { at, sheet } from "./letter-styles.ts";
import type { Row } from "./rows.ts";

/** A letter as a whole HTML document of tables, for programs that read mail. What is put in is escaped. */
export function letterHtml(letter: Letter): string {
  // the strict public doctype puts old programs into their better mode; today's ones read it as html
  return `<!doctype html>\n${renderToStaticMarkup(<Sheet letter={letter} />)}\n`;
}

function Sheet({ letter }: { readonly letter: Letter }): ReactElement {
  const { locale, sandbox } = letter;
  return (
    <Html lang={locale}>
      <Head>
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta name="supported-color-schemes" content="light dark" />
        <title>{letter.subject}</title>
        <style>{sheet}</style>
      </Head>
      <Body lang={locale} className="p" style={at.page}>
        <Preview useTitleTag={false}>{oneLine(letter.more)}</Preview>
        <Container className="s p" style={at.sheet}>
          <Text className="b" style={at.brand}>
            {say(locale, "mail.brand")}
          </Text>
          {sandbox === "" ? null : (
            <Text className="n" style={at.note}>
              {sandbox}
            </Text>
          )}
          <Section className="c" style={at.card}>
            <Card letter={letter} />
          </Section>
          <Footer letter={letter} />
        </Container>
      </Body>
    </Html>
  );
}

function Card({ letter }: { readonly letter: Letter }): ReactElement {
  const [main, ...others] = letter.links;
  return (
    <>
      <Heading as="h1" style={at.lead}>
        {letter.lead}
      </Heading>
      <Text style={at.text}>{letter.more}</Text>
      {letter.rows.length === 0 ? null : (
        <Section style={{ margin: "0 0 20px" }}>
          {letter.rows.map((row) => (
            <Fact key={row.label} row={row} />
          ))}
        </Section>
      )}
      {letter.entries.length === 0 ? null : <Entries entries={letter.entries} />}
      {letter.rest === "" ? null : <Text style={at.text}>{letter.rest}</Text>}
      {main === undefined ? null : (
        <Button className="m" href={main.address} style={at.main}>
          {main.label}
        </Button>
      )}
      {others.map((link) => (
        <Text key={link.label} style={{ ...at.text, margin: "16px 0 0" }}>
          <Other link={link} />
        </Text>
      ))}
    </>
  );
}

function Fact({ row }: { readonly row: Row }): ReactElement {
  return (
    <Line>
      <Column className="l" style={at.label}>
        {row.label}
      </Column>
      <Column className="v" style={at.value}>
        {row.value}
      </Column>
    </Line>
  );
}

/** One table with a row for each message: a table for each, as the library would make, is too much for a hundred. */
function Entries({ entries }: { readonly entries: readonly DigestEntry[] }): ReactElement {
  return (
    <table role="presentation" width="100%" cellPadding="0" cellSpacing="0" className="e">
      <tbody>
        {entries.map((entry, index) => (
          <tr key={index}>
            <td>
              <Entry entry={entry} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Entry({ entry: { title, body, day, links } }: { readonly entry: DigestEntry }): ReactElement {
  return (
    <>
      <p>
        <b>{title}</b>
      </p>
      <p>{body}</p>
      {day === null ? null : (
        <p className="d">
          {day.label}: {day.value}
        </p>
      )}
      {links.length === 0 ? null : (
        <p>
          {links.map((link) => (
            <a key={link.label} href={link.address}>
              {link.label}
            </a>
          ))}
        </p>
      )}
    </>
  );
}

function Other({ link }: { readonly link: Link }): ReactElement {
  return (
    <Anchor className="a" href={link.address} style={at.link}>
      {link.label}
    </Anchor>
  );
}

function Footer({ letter: { locale, footer, settings } }: { readonly letter: Letter }): ReactElement {
  return (
    <>
      <Text className="f" style={at.foot}>
        {say(locale, "mail.brand")}. {footer.join(" ")}
      </Text>
      {settings === null ? null : (
        <Text className="f" style={at.foot}>
          <Other link={settings} />
        </Text>
      )}
    </>
  );
}
