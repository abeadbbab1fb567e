/** Where a link of a message leads. What stands behind the last slash is a secret: it gets into no log and no referrer. */
export const linkPath = /^\/(?:link|unsubscribe)\/[\w-]+$/;

/** A mail program may follow this one for its reader by a POST of its own (RFC 8058), from any origin. */
export const unsubscribePath = /^\/unsubscribe\/[\w-]+$/;

/** The path of a request as logs may name it. */
export function namedPath(path: string): string {
  return linkPath.test(path) ? path.slice(0, path.lastIndexOf("/")) : path;
}
