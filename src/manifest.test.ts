import { existsSync, readFileSync } from 'node:fs';
import packageJson from '../package.json';
import manifest from '../plugin.json';

test('package.json and plugin.json are of one version', () => {
  expect(packageJson.version).toBe(manifest.info.version);
  expect(packageJson.name).toBe(manifest.id);
});

test('the lock file names no place to download from', () => {
  const lock = readFileSync('package-lock.json', 'utf8');
  expect(lock).toContain('"integrity"');
  expect(lock).not.toContain('"resolved"');
});

test('what plugin.json names is there', () => {
  expect(manifest.languages).toEqual(['en-US', 'ja-JP']);
  for (const language of manifest.languages) {
    expect(existsSync(`locales/${language}/${manifest.id}.json`)).toBe(true);
  }
  expect(existsSync(manifest.info.logos.small)).toBe(true);
  expect(existsSync(manifest.info.logos.large)).toBe(true);
});
