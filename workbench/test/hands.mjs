// The two ways in which a person fills in a form: with the mouse, or with the
// keyboard alone. Fields are found by their labels, as a person finds them.
import assert from 'node:assert/strict';

const option = (page, name) => page.getByRole('option').filter({ hasText: name }).first();

/**
 * The control that a label is bound to. The label may go on with a mark, where
 * the field is required, and with a description.
 */
export function field(page, label) {
  const text = 'normalize-space(*[1])';
  const bound = `//label[${text}="${label}" or ${text}="${label} *"]`;
  return page.locator(`xpath=//*[@id=${bound}/@for] | //input[@aria-labelledby=${bound}/@id]`).first();
}

/**
 * Types as fast as the field follows: Grafana's menus of several lose letters
 * that come faster.
 */
async function type(page, control, text) {
  for (let typed = 1; typed <= text.length; typed++) {
    await page.keyboard.type(text[typed - 1]);
    await page.waitForFunction(
      ([e, value]) => e.value.endsWith(value),
      [await control.elementHandle(), text.slice(0, typed)]
    );
  }
}

const anywhereElse = { position: { x: 2, y: 2 } };

export class Mouse {
  name = 'mouse';

  constructor(page) {
    this.page = page;
  }

  /** Picks one choice of a menu. */
  async choose(label, value) {
    const control = field(this.page, label);
    await control.click();
    await type(this.page, control, value);
    await option(this.page, value).click();
  }

  /** Picks one more of a menu of several, and closes it. */
  async add(label, value) {
    await this.choose(label, value);
    await this.page.getByRole('main').click(anywhereElse);
  }

  async fill(label, text) {
    await field(this.page, label).click({ clickCount: 3 });
    await this.page.keyboard.press('Delete');
    await this.page.keyboard.type(text);
    await this.page.getByRole('main').click(anywhereElse);
  }

  async toggle(label) {
    await field(this.page, label).click({ force: true }); // the box is drawn over it
  }

  async pick(label) {
    await this.page.getByRole('radio', { name: label }).click();
  }

  async press(name) {
    await this.page.getByRole('button', { name, exact: true }).click();
  }
}

export class Keyboard {
  name = 'keyboard';

  constructor(page) {
    this.page = page;
  }

  /** Goes to a control as who has no mouse: by Tab, and never past the end of the page. */
  async goTo(locator) {
    await locator.waitFor({ state: 'attached' });
    const isThere = () => locator.evaluate((e) => e === document.activeElement);
    for (let step = 0; step < 150; step++) {
      if (await isThere()) {
        return;
      }
      await this.page.keyboard.press('Tab');
    }
    assert.fail(`Tab does not come to ${locator}`);
  }

  async choose(label, value) {
    const control = field(this.page, label);
    await this.goTo(control);
    await this.page.keyboard.press('ArrowDown');
    await type(this.page, control, value);
    const wanted = option(this.page, value);
    await wanted.waitFor();
    for (let step = 0; step < 20; step++) {
      // The menu's rows have other ids than the control says: it counts them.
      const at = /item-(\d+)$/.exec((await control.getAttribute('aria-activedescendant')) ?? '');
      const shown = await this.page.getByRole('option').allInnerTexts();
      if (at && shown[Number(at[1])] === (await wanted.innerText())) {
        await this.page.keyboard.press('Enter');
        return;
      }
      await this.page.keyboard.press('ArrowDown');
    }
    assert.fail(`the arrow does not come to "${value}" of "${label}"`);
  }

  async add(label, value) {
    await this.choose(label, value);
    await this.page.keyboard.press('Escape');
  }

  async fill(label, text) {
    await this.goTo(field(this.page, label));
    await this.page.keyboard.press('ControlOrMeta+a');
    await this.page.keyboard.type(text);
    await this.page.keyboard.press('Tab');
  }

  async toggle(label) {
    await this.goTo(field(this.page, label));
    await this.page.keyboard.press('Space');
  }

  /** One of a group of radio buttons, whose name begins with the group's when it is on. Tab comes to the one that is on, arrows to the others. */
  async pick(label) {
    const wanted = this.page.getByRole('radio', { name: label });
    const group = this.page.getByRole('radiogroup').filter({ has: wanted });
    await this.goTo(group.getByRole('radio', { checked: true }));
    for (let step = 0; step < 10 && !(await wanted.isChecked()); step++) {
      await this.page.keyboard.press('ArrowRight');
    }
    assert.ok(await wanted.isChecked(), `the arrow does not come to ${label}`);
  }

  async press(name) {
    await this.goTo(this.page.getByRole('button', { name, exact: true }));
    await this.page.keyboard.press('Enter');
  }
}
