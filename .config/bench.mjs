// npm run bench: how large the bundle is, how long it takes to build, whether
// two builds give the same bytes, and what a keystroke renders.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

const root = path.join(path.dirname(fileURLToPath(import.meta.url)), '..');
const dist = path.join(root, 'dist');
const mostGzip = 200_000;

function run(...args) {
  execFileSync('npx', args, { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] });
}

function build() {
  const start = performance.now();
  run('webpack', '-c', '.config/webpack.config.cjs', '--mode', 'production');
  return (performance.now() - start) / 1000;
}

/** One checksum over all files, but for the back end's programs. */
function checksum() {
  const hash = createHash('sha256');
  const files = readdirSync(dist, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const names = files.map((entry) => path.join(entry.parentPath, entry.name)).filter((name) => !/gpx_/.test(name));
  for (const name of names.sort()) {
    hash.update(path.relative(dist, name)).update(readFileSync(name));
  }
  return hash.digest('hex');
}

const first = build();
const before = checksum();
const second = build();
const module = readFileSync(path.join(dist, 'module.js'));
const gzip = gzipSync(module, { level: 9 }).length;
const chunks = readdirSync(dist).filter((name) => name.endsWith('.js'));

console.log(
  `front end: module.js ${module.length} bytes, ${gzip} gzipped (bound ${mostGzip}); ${chunks.length} script`
);
console.log(`front end: built in ${first.toFixed(1)} s and ${second.toFixed(1)} s`);
console.log(`front end: two builds give ${before === checksum() ? 'the same bytes' : 'DIFFERENT bytes'}`);
execFileSync(
  'npx',
  ['jest', '-c', '.config/jest.config.cjs', '--testMatch', '<rootDir>/src/**/*.bench.tsx', '--silent=false'],
  {
    cwd: root,
    stdio: ['ignore', 'inherit', 'ignore'],
  }
);
if (gzip > mostGzip || chunks.length !== 1 || before !== checksum()) {
  process.exit(1);
}
