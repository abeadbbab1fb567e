/** One event on its way to one endpoint. */
export type WebhookMessage = {
  readonly url: string;
  /** The receiver's name of the event (`webhook-id`): the same at every try and every replay. */
  readonly id: string;
  /** The exact bytes, as they are signed. */
  readonly body: string;
  /** `whsec_…`, newest first: a signature by each is sent. */
  readonly secrets: readonly [string, ...string[]];
};

/** What came back: a status, or why there is none; never the receiver's text. */
export type WebhookReply =
  | { readonly kind: "answered"; readonly status: number; readonly retryAfterSeconds?: number }
  /** Nothing left this machine, or nobody knows what became of it: both are tried again. */
  | { readonly kind: "failed"; readonly why: string };

/** Sends webhooks, each once: whoever calls keeps the schedule. */
export type WebhookSender = {
  /** Never rejects. */
  send(message: WebhookMessage): Promise<WebhookReply>;
  close(): Promise<void>;
};
