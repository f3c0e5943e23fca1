import packageJson from '../package.json';
import manifest from '../plugin.json';

test('package.json and plugin.json are of one version', () => {
  expect(packageJson.version).toBe(manifest.info.version);
  expect(packageJson.name).toBe(manifest.id);
});
