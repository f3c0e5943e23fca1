// The two ways in which a person fills in a form: with the mouse, or with the
// keyboard alone. Fields are found by their labels, as a person finds them.
import assert from 'node:assert/strict';

const control = (page, label) => page.getByLabel(label, { exact: true });
const option = (page, name) => page.getByRole('option', { name, exact: false }).filter({ hasText: name }).first();

// A required field's label ends with a mark.
const labelled = (page, label) => control(page, label).or(control(page, `${label} *`)).first();

export class Mouse {
  name = 'mouse';

  constructor(page) {
    this.page = page;
  }

  /** Picks one choice of a menu. */
  async choose(label, value) {
    await labelled(this.page, label).click();
    await option(this.page, value).click();
  }

  /** Picks one more of a menu of several, and closes it. */
  async add(label, value) {
    await this.choose(label, value);
    await this.page.getByRole('main').click({ position: { x: 2, y: 2 } });
  }

  async fill(label, text) {
    const field = labelled(this.page, label);
    await field.click({ clickCount: 3 });
    await field.pressSequentially(text);
    await this.page.getByRole('main').click({ position: { x: 2, y: 2 } });
  }

  async toggle(label) {
    await labelled(this.page, label).click({ force: true }); // the box itself is drawn by its label
  }

  async pick(label) {
    await this.page.getByText(label, { exact: true }).click();
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
    const field = labelled(this.page, label);
    await this.goTo(field);
    await this.page.keyboard.press('ArrowDown');
    await this.page.keyboard.type(value);
    const wanted = option(this.page, value);
    await wanted.waitFor();
    for (let step = 0; step < 20; step++) {
      const at = await field.getAttribute('aria-activedescendant');
      if (at && at === (await wanted.getAttribute('id'))) {
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
    await this.goTo(labelled(this.page, label));
    await this.page.keyboard.press('ControlOrMeta+a');
    await this.page.keyboard.type(text);
    await this.page.keyboard.press('Tab');
  }

  async toggle(label) {
    await this.goTo(labelled(this.page, label));
    await this.page.keyboard.press('Space');
  }

  /** One of a group of radio buttons: Tab comes to the one that is on, arrows to the others. */
  async pick(label) {
    const wanted = this.page.getByRole('radio', { name: label, exact: true });
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
