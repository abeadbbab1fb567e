/** Where a link of a message leads. What stands behind the last slash is a secret: it gets into no log and no referrer. */
export const linkPath = /^\/link\/[\w-]+$/;
