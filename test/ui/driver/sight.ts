/** Where on the screen a text is, for a person who has not scrolled. */
import assert from 'node:assert/strict';
import type { Frame } from 'playwright-core';
import { waitFor } from './wait.ts';

/** A visible text, and its lower edge in pixels below the top of the window. */
export interface InSight {
  readonly text: string;
  readonly bottom: number;
}

/**
 * Waits for the smallest element of a panel whose text matches. Fails when a person would have to scroll or unfold
 * something to see it.
 */
export async function inSight(frame: Frame, question: string, wanted: RegExp): Promise<InSight> {
  const seen = await waitFor(
    `${question}: ${String(wanted)}`,
    () => frame.evaluate(look, [wanted.source, wanted.flags] as const),
    ({ found }) => found !== null,
  );
  assert.ok(seen.found !== null);
  assert.equal(seen.scrolled, 0, `${question}: the panel was scrolled by ${seen.scrolled} pixels`);
  assert.ok(
    seen.found.isOnTop && seen.found.top >= 0 && seen.found.bottom <= seen.height,
    `${question}: "${seen.found.text}" is not in sight: it ends at ${seen.found.bottom} of ${seen.height} pixels`,
  );
  const outer = await (await frame.parentFrame()?.frameElement())?.boundingBox();
  return { text: seen.found.text, bottom: Math.round(seen.found.bottom + (outer?.y ?? 0)) };
}

interface Look {
  readonly found: {
    readonly text: string;
    readonly top: number;
    readonly bottom: number;
    readonly isOnTop: boolean;
  } | null;
  readonly scrolled: number;
  readonly height: number;
}

/** Runs inside the page. */
function look([source, flags]: readonly [string, string]): Look {
  const wanted = new RegExp(source, flags);
  const text = (element: Element): string =>
    (element instanceof HTMLElement ? element.innerText : element.textContent).replaceAll(/\s+/gu, ' ').trim();
  const fits = (element: Element): boolean => wanted.test(text(element));
  let smallest: Element | null = null;
  let scrolled = document.scrollingElement?.scrollTop ?? 0;
  const go = (element: Element): void => {
    // Texts that are only for screen readers are one or two pixels high.
    const isDrawn = (child: Element): boolean => child.checkVisibility() && child.getBoundingClientRect().height > 2;
    const inner = [...element.children].find(child => isDrawn(child) && fits(child));
    scrolled += element === document.body ? 0 : element.scrollTop;
    if (inner === undefined) smallest = element;
    else go(inner);
  };
  if (fits(document.body)) go(document.body);
  const element = smallest as Element | null;
  if (element === null) return { found: null, scrolled, height: innerHeight };
  const { top, bottom, left, right } = element.getBoundingClientRect();
  const hit = document.elementFromPoint((left + Math.min(right, left + 400)) / 2, bottom - 2);
  return {
    found: { text: text(element).slice(0, 200), top, bottom, isOnTop: hit !== null && isPart(hit, element) },
    scrolled,
    height: innerHeight,
  };

  function isPart(one: Element, other: Element): boolean {
    return other.contains(one) || one.contains(other) || one.parentElement === other.parentElement;
  }
}
