// Finds every text of the front end: the calls t(key, English text, values) in
// src. `npm run locales` writes the English file from them and brings the
// Japanese one into the same order, where a new text is empty until somebody
// translates it; the test in src/locales.test.ts refuses empty ones.
const fs = require('node:fs');
const path = require('node:path');
const ts = require('typescript');

const root = path.join(__dirname, '..');
const { id } = require('../plugin.json');

/** The sources, tests apart. */
function sources(dir = path.join(root, 'src')) {
  return fs.readdirSync(dir, { withFileTypes: true }).flatMap((entry) => {
    const file = path.join(dir, entry.name);
    if (entry.isDirectory()) {
      return sources(file);
    }
    return /\.tsx?$/.test(entry.name) && !/\.test\.tsx?$/.test(entry.name) ? [file] : [];
  });
}

/** All calls of t: key, English text, and the names of the values given. */
function collect() {
  const found = [];
  for (const file of sources()) {
    const source = ts.createSourceFile(
      file,
      fs.readFileSync(file, 'utf8'),
      ts.ScriptTarget.Latest,
      true,
      ts.ScriptKind.TSX
    );
    const visit = (node) => {
      if (ts.isCallExpression(node) && ts.isIdentifier(node.expression) && node.expression.text === 't') {
        found.push(call(node, path.relative(root, file)));
      }
      ts.forEachChild(node, visit);
    };
    visit(source);
  }
  return found;
}

function call(node, file) {
  const [key, text, values] = node.arguments;
  if (!key || !text || !ts.isStringLiteralLike(key) || !ts.isStringLiteralLike(text)) {
    throw new Error(`${file}: t() needs a literal key and a literal English text: ${node.getText().slice(0, 80)}`);
  }
  const names =
    values && ts.isObjectLiteralExpression(values) ? values.properties.map((property) => property.name.getText()) : [];
  return { file, key: key.text, text: text.text, values: names };
}

function flatten(tree, prefix = '') {
  return Object.entries(tree).flatMap(([name, value]) =>
    typeof value === 'string' ? [[prefix + name, value]] : flatten(value, `${prefix}${name}.`)
  );
}

function nest(entries) {
  const tree = {};
  for (const [key, text] of entries.sort(([a], [b]) => (a < b ? -1 : 1))) {
    const names = key.split('.');
    const last = names.pop();
    let at = tree;
    for (const name of names) {
      at = at[name] ??= {};
      if (typeof at === 'string') {
        throw new Error(`${key}: ${name} is a text and a group of texts`);
      }
    }
    if (typeof at[last] === 'object') {
      throw new Error(`${key} is a text and a group of texts`);
    }
    at[last] = text;
  }
  return tree;
}

function localeFile(language) {
  return path.join(root, 'locales', language, `${id}.json`);
}

function read(language) {
  return new Map(flatten(JSON.parse(fs.readFileSync(localeFile(language), 'utf8'))));
}

function write(language, entries) {
  fs.writeFileSync(localeFile(language), JSON.stringify(nest(entries), null, 2) + '\n');
}

if (require.main === module) {
  const english = new Map(collect().map(({ key, text }) => [key, text]));
  const japanese = read('ja-JP');
  write('en-US', [...english]);
  write(
    'ja-JP',
    [...english.keys()].map((key) => [key, japanese.get(key) ?? ''])
  );
  const untranslated = [...english.keys()].filter((key) => !japanese.get(key));
  console.log(`${english.size} texts, ${untranslated.length} to translate`, untranslated.join('\n'));
}

module.exports = { collect, read };
