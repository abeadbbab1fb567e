/**
 * The arguments of an ICU message, read from its text by the compiler: `{amount}` is text or a number, `{count, plural, …}` is a
 * number. In ICU every brace switches between text and argument, so one flag is enough to know which braces open a name.
 * (Quoted braces and `<tags>` are not used in our catalogues; a test proves it.)
 */
export type MessageArguments<Message extends string> = Collected<NamesOfEach<Message>>;

/** For a key that may be one of several, the arguments of all of them. */
type NamesOfEach<Message> = Message extends string ? Names<Message> : never;

type Collected<Found> = [Found] extends [never]
  ? Record<string, never>
  : { readonly [One in Found & Named as One["name"]]: One["value"] };

interface Named {
  readonly name: string;
  readonly value: unknown;
}

type Names<Text extends string, InText extends boolean = true, Found = never> =
  FirstBrace<Text> extends readonly [infer Brace, infer Rest extends string]
    ? [InText, Brace] extends [true, "{"]
      ? Names<Rest, false, Found | NameAt<Rest>>
      : Names<Rest, InText extends true ? false : true, Found>
    : Found;

type FirstBrace<Text extends string> = Text extends `${infer Before}{${infer After}`
  ? Before extends `${string}}${infer Between}`
    ? readonly ["}", `${Between}{${After}`]
    : readonly ["{", After]
  : Text extends `${string}}${infer After}`
    ? readonly ["}", After]
    : null;

type NameAt<Rest extends string> = Rest extends `${infer Head}}${string}`
  ? Head extends `${infer Name}, plural,${string}`
    ? { readonly name: Name; readonly value: number }
    : Head extends `${infer Name},${string}`
      ? { readonly name: Name; readonly value: string }
      : { readonly name: Head; readonly value: string | number }
  : never;
