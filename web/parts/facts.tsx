import type { Child, FC } from "hono/jsx";

/** Names and values; a value that is null or undefined has no line. */
export const Facts: FC<{ of: readonly (readonly [name: string, value: Child | null | undefined])[] }> = ({
  of,
}) => (
  <dl class="facts">
    {of
      .filter(([, value]) => value !== null && value !== undefined && value !== "")
      .map(([name, value]) => (
        <>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </>
      ))}
  </dl>
);
