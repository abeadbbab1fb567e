/**
 * What functions see that a test runs inside a page. The types of React declare a page's elements as empty; without them nothing here knows elements at all, as Node has none.
 */
interface Element {
  // oxlint-disable-next-line typescript/no-explicit-any -- a page's element has whatever the browser gives it
  readonly [property: string]: any;
}
