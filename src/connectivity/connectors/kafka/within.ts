/** Resolves when something is done or given up, after so many milliseconds at the latest. */
export async function within(limitMs: number, doing: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const over = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, limitMs);
  });
  await Promise.race([doing.catch(() => undefined), over]);
  clearTimeout(timer);
}
