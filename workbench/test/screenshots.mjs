// Takes the pictures of the documentation, in both languages, into docs/images:
// npm run screenshots. Only on request: they change with every run, since the
// story they show has just happened.
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { layoutFaults } from './layout.mjs';
import { views } from './views.mjs';
import { start } from './workbench.mjs';

const folder = path.join(path.dirname(fileURLToPath(import.meta.url)), '..', '..', 'docs', 'images');
await mkdir(folder, { recursive: true });
const bench = await start(['--bridge']);
let faults = 0;
try {
  for (const { name, address, addressIn = {}, show } of views) {
    for (const lang of ['en-US', 'ja-JP']) {
      const page = await bench.open(addressIn[lang] ?? address, { lang, theme: 'light', width: 1280, height: 600 });
      await show(page);
      for (const fault of await layoutFaults(page)) {
        console.error(`${name} in ${lang}: ${fault}`);
        faults++;
      }
      const file = path.join(folder, `${name}.${lang.slice(0, 2)}.png`);
      // Tables draw what is in the window only: it has to be as high as the page.
      const height = await page.evaluate(() => document.documentElement.scrollHeight);
      await page.setViewportSize({ width: 1280, height });
      await page.waitForLoadState('networkidle'); // icons are files of their own
      await page.evaluate(() => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn))));
      await page.screenshot({ path: file, fullPage: true, animations: 'disabled', caret: 'hide' });
      console.log(path.relative(process.cwd(), file));
      await page.context().close();
    }
  }
} finally {
  await bench.stop();
}
process.exitCode = faults > 0 ? 1 : 0;
