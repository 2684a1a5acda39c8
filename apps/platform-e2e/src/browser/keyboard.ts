import type { Page } from 'playwright-core';

const AT_MOST = 80;

/** Somebody without a mouse: Tab, Shift-Tab, Enter, Space, arrows and typing, and a focus that can be seen. */
export class Keyboard {
  /** Keys pressed so far; a text that is typed or pasted counts as one. */
  presses = 0;
  /** Where the focus stood and could not be seen. */
  readonly unseen = new Set<string>();

  constructor(private readonly page: Page) {}

  async press(key: string): Promise<void> {
    this.presses += 1;
    await this.page.keyboard.press(key);
  }

  /** Types into what has the focus, or pastes. A field that Tab came to has its text selected: it is replaced. */
  async type(text: string): Promise<void> {
    this.presses += 1;
    await this.page.keyboard.insertText(text);
  }

  /** Goes on with Tab, or back with Shift-Tab, until this has the focus. Throws when it never has. */
  async goTo(
    role: 'button' | 'link' | 'textbox' | 'combobox' | 'radio',
    name: string | RegExp,
    key: 'Tab' | 'Shift+Tab' = 'Tab',
  ): Promise<void> {
    const wanted = this.page.getByRole(role, { name, exact: typeof name === 'string' });
    const focus = this.page.locator(':focus');
    await wanted.first().waitFor();
    for (let step = 0; step < AT_MOST; step += 1) {
      if ((await wanted.and(focus).count()) > 0) return;
      await this.press(key);
      const where = await this.page.evaluate<string | null>(UNSEEN_FOCUS);
      if (where !== null) this.unseen.add(`${new URL(this.page.url()).pathname}: ${where}`);
    }
    throw new Error(`the keyboard does not reach the ${role} ${String(name)}`);
  }

  /** Goes there and presses Enter. */
  async enter(role: 'button' | 'link', name: string | RegExp): Promise<void> {
    await this.goTo(role, name);
    await this.press('Enter');
  }

  /** Goes to a field and fills it. */
  async fill(name: string | RegExp, text: string): Promise<void> {
    await this.goTo('textbox', name);
    await this.type(text);
  }

  /** Goes to a select, types a part of the option, and takes the first that is left. */
  async choose(name: string, option: string): Promise<void> {
    await this.goTo('combobox', name);
    await this.type(option);
    await this.page.getByRole('option', { name: option }).first().waitFor();
    await this.press('ArrowDown');
    await this.press('Enter');
  }
}

/**
 * Runs in the page: what has the focus but shows no outline of at least two pixels, or lies hidden below something else
 * (WCAG 2.2, 2.4.7 and 2.4.11); null when it can be seen. The outline may be around the label of a hidden control.
 */
const UNSEEN_FOCUS = `(() => {
  const focused = document.activeElement;
  if (focused === null || focused === document.body) return null;
  const shown = [focused, focused.nextElementSibling, focused.closest('label'), focused.closest('.mantine-Input-input')].filter((each) => each !== null);
  const outlined = shown.find((each) => {
    const { outlineStyle, outlineWidth } = getComputedStyle(each);
    return outlineStyle !== 'none' && parseFloat(outlineWidth) >= 2;
  });
  const name = focused.tagName + ' ' + (focused.getAttribute('aria-label') ?? focused.labels?.[0]?.textContent ?? focused.textContent).trim().slice(0, 40);
  if (outlined === undefined) return name + ': no outline';
  const { left, top, width, height } = outlined.getBoundingClientRect();
  const above = document.elementFromPoint(left + width / 2, top + height / 2);
  const inSight = above !== null && (outlined.contains(above) || above.contains(outlined) || shown.some((each) => each.contains(above)));
  return inSight ? null : name + ': hidden';
})()`;
