import { AxeBuilder } from "@axe-core/playwright";
import type { Page } from "playwright-core";

/** What axe looks for: tags of its rules, single rules, or all that it has by default. */
export type LookFor = { readonly tags: readonly string[] } | { readonly rules: readonly string[] } | "all";

/**
 * What axe has against the document of a page; empty where all is well. Frames of other origins are not looked into:
 * nothing of ours has frames, and with them every analysis opens a page of its own and takes three times as long.
 */
export async function violationsOn(page: Page, wanted: LookFor) {
  // half a megabyte of source, read again for each look, costs more than the look: it stays as long as its document does
  const there = await page.evaluate<boolean>("typeof window.axe === 'object'");
  const axe = new AxeBuilder({ page, ...(there ? { axeSource: ";" } : {}) })
    .setLegacyMode(true)
    .options({ resultTypes: ["violations"] });
  if (wanted !== "all" && "tags" in wanted) axe.withTags([...wanted.tags]);
  if (wanted !== "all" && "rules" in wanted) axe.withRules([...wanted.rules]);
  const { violations } = await axe.analyze();
  return violations;
}
