import { type ClientOptions, createRequester } from "./client-request.ts";
import type { Unsubscribe } from "./schemas/unsubscribing.ts";
import type { SignedLink } from "./schemas/signed-links.ts";

/** Links of messages, for whoever holds one; needs no token of a person. */
export function links(options: ClientOptions) {
  const { ask } = createRequester(options);
  return {
    /** What a link is for, and what is true of it now; changes nothing. */
    lookAtLink: (token: string) => ask<SignedLink>("/v1/links/look", { body: { token } }),
    /** Does the one thing that the link is for, once; repeating it answers what became of it. */
    useLink: (token: string) => ask<SignedLink>("/v1/links/use", { body: { token } }),
    /** What a mail's link to unsubscribe is for; changes nothing. */
    lookAtUnsubscribe: (token: string) => ask<Unsubscribe>("/v1/unsubscribes/look", { body: { token } }),
    /** No more mails about that; repeating it changes nothing. */
    unsubscribe: (token: string) => ask<Unsubscribe>("/v1/unsubscribes/use", { body: { token } }),
    /** Puts back what this link has switched off. */
    resubscribe: (token: string) => ask<Unsubscribe>("/v1/unsubscribes/undo", { body: { token } }),
  };
}
