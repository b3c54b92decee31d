/** Waits, and rejects with the signal's reason if that ends first. */
export function wait(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) {
      reject(signal.reason);
      return;
    }
    const stop = () => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", stop);
      resolve();
    }, ms);
    signal?.addEventListener("abort", stop, { once: true });
  });
}

/** A pause that doubles with each attempt, between half of it and all of it, so that clients do not repeat in step. */
export function pause(attempt: number, firstMs: number, longestMs: number): number {
  const longest = Math.min(longestMs, firstMs * 2 ** (attempt - 1));
  return longest * (0.5 + Math.random() / 2);
}
