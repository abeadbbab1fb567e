const answerWithinMs = 2000;

/** A readiness question: true once every address answers 2xx. */
export function answerOk(...urls: readonly string[]): () => Promise<boolean> {
  return allAnswer(urls, (status) => status >= 200 && status < 300);
}

/** A readiness question for servers without a health page: true once every address answers at all. */
export function answerAtAll(...urls: readonly string[]): () => Promise<boolean> {
  return allAnswer(urls, (status) => status < 500);
}

function allAnswer(urls: readonly string[], isGood: (status: number) => boolean): () => Promise<boolean> {
  return async () => {
    const statuses = await Promise.all(urls.map(statusOf));
    return statuses.every((status) => status !== undefined && isGood(status));
  };
}

/** The status of an answer; undefined while nobody answers. */
async function statusOf(url: string): Promise<number | undefined> {
  try {
    const response = await fetch(url, { redirect: "manual", signal: AbortSignal.timeout(answerWithinMs) });
    await response.body?.cancel();
    return response.status;
  } catch (error) {
    if (isNoAnswer(error)) return undefined;
    throw error;
  }
}

/** `fetch` reports a refused or reset connection as TypeError, its own deadline as TimeoutError. */
export function isNoAnswer(error: unknown): boolean {
  return error instanceof TypeError || (error instanceof DOMException && error.name === "TimeoutError");
}
