import { writeSync } from 'node:fs';
import { field, openEditor } from '../testing/editor';

test('keystrokes', async () => {
  const text = 'fields @timestamp, @message | sort @timestamp desc';
  const editor = openEditor({ queryType: 'logs', mode: 'insights', logGroups: ['/var/log/secure'], query: 'x' });
  await editor.user.click(field('Query'));
  const [renders, start] = [editor.renders, performance.now()];
  await editor.user.keyboard(text);
  const each = (performance.now() - start) / text.length;
  const perKey = (editor.renders - renders) / text.length;
  writeSync(
    1,
    `front end: a keystroke renders ${perKey} time(s), ${each.toFixed(1)} ms in jsdom (React's development build)\n`
  );
  expect(perKey).toBe(1);
});
