// Every view in both languages, light and dark, at the widths of a desk and of
// a small window: nothing overlaps, nothing is cut off, and the theme is the
// one that was asked for.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { layoutFaults } from './layout.mjs';
import { views } from './views.mjs';
import { start } from './workbench.mjs';

let bench;
before(async () => {
  bench = await start(['--bridge']);
});
after(() => bench?.stop());

// Relative luminance, 0 to 255, of what is behind the text.
const brightness = (page) =>
  page.evaluate(() => {
    const [r, g, b] = getComputedStyle(document.querySelector('main'))
      .backgroundColor.match(/[\d.]+/g)
      .map(Number);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  });

for (const { name, address, addressIn = {}, show } of views) {
  for (const [lang, theme, width] of [
    ['en-US', 'dark', 1400],
    ['ja-JP', 'light', 1000],
  ]) {
    test(`${name} in ${lang}, ${theme}, ${width} pixels wide`, async () => {
      const page = await bench.open(addressIn[lang] ?? address, { lang, theme, width });
      await show(page);
      assert.deepEqual(await layoutFaults(page), []);
      const light = await brightness(page);
      assert.ok(theme === 'light' ? light > 200 : light < 60, `a ${theme} page of brightness ${light}`);
      assert.equal(await page.locator('html').getAttribute('lang'), lang);
      // The page's own words: data may be Japanese everywhere.
      const words = await page.getByRole('main').locator('h1, h2, h3, label, button').allInnerTexts();
      assert.equal(/[ぁ-んァ-ヶ一-龠]/.test(words.join(' ')), lang === 'ja-JP');
      assert.deepEqual(bench.complaints.splice(0), []);
      await page.context().close();
    });
  }
}

test('faults of the layout are found', async () => {
  const page = await bench.open('/explore');
  await page.getByRole('button', { name: 'Run query' }).waitFor();
  const broken = {
    'pixels too wide': 'main { width: 3000px; }',
    overlap: 'main button { position: fixed !important; top: 0; left: 0; }',
    'is cut off': 'main label { display: block; width: 20px; overflow: hidden; white-space: nowrap; }',
  };
  for (const [fault, content] of Object.entries(broken)) {
    const style = await page.addStyleTag({ content });
    assert.ok(
      (await layoutFaults(page)).some((f) => f.includes(fault)),
      `"${fault}" is not found`
    );
    await style.evaluate((e) => e.remove());
  }
  assert.deepEqual(await layoutFaults(page), []);
  await page.context().close();
});
