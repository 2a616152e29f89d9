/** What a screen reader would be told: every text that a live region said since the page was opened. */
import type { Page } from '@playwright/test';

type Heard = { heard?: string[] };

/** Begins to listen; answers a reader of everything heard so far. */
export const listen = async (page: Page): Promise<() => Promise<string>> => {
  await page.evaluate(() => {
    const heard: string[] = [];
    (window as Heard).heard = heard;
    new MutationObserver((changes) => {
      for (const { target } of changes) {
        const element = target instanceof Element ? target : target.parentElement;
        // The hidden regions at the end of the page: what is on screen is not said twice.
        const region = element?.closest('body > [role="status"], body > [role="alert"]');
        const text = region?.textContent?.trim() ?? '';
        if (text !== '' && heard.at(-1) !== text) heard.push(text);
      }
    }).observe(document.body, { childList: true, characterData: true, subtree: true });
  });
  return async () => page.evaluate(() => ((window as Heard).heard ?? []).join('\n'));
};
