// Starts the workbench and a browser for tests, and ends both.
import { spawn } from 'node:child_process';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';

const here = path.dirname(fileURLToPath(import.meta.url));
const root = path.join(here, '..', '..');
const bin = process.env.ANDON_BIN ?? path.join(root, 'bin');

/** How long a page may take for anything; a machine may be busy. */
const patience = 30_000;

/**
 * Runs the workbench's program; resolves when it serves. The story began ten
 * minutes ago: its alarm stays on for another thirteen.
 */
async function serve(args) {
  const program = path.join(bin, 'andon-workbench');
  const child = spawn(
    program,
    ['--root', root, '--plugin', path.join(bin, 'gpx_andon'), '--listen', '127.0.0.1:0', '--after', '10m', ...args],
    { stdio: ['ignore', 'pipe', 'pipe'] }
  );
  let said = '';
  child.stderr.on('data', (text) => (said += text));
  const ended = new Promise((resolve) => child.on('close', resolve));
  const url = await new Promise((resolve, reject) => {
    child.on('error', (e) => reject(new Error(`start ${program}: ${e.message}; build it with: go tool mage build`)));
    child.on('close', (code) => reject(new Error(`the workbench ended with status ${code}: ${said}`)));
    createInterface(child.stdout).on('line', (line) => {
      const found = /^workbench (http:\S+)/.exec(line);
      if (found) {
        resolve(found[1]);
      }
    });
  });
  return {
    url,
    async stop() {
      child.kill('SIGTERM');
      await ended;
    },
  };
}

/** A running workbench with a browser. Everything that a page complains about is kept in complaints. */
export async function start(args = []) {
  const served = await serve(args);
  let browser;
  try {
    browser = await chromium.launch({
      executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
      args: ['--no-sandbox', '--font-render-hinting=none'],
    });
  } catch (e) {
    await served.stop();
    throw new Error(`start Chromium: ${e.message}; install it with: apt-get install chromium, or name it in CHROMIUM`);
  }
  const complaints = [];
  return {
    url: served.url,
    complaints,
    /**
     * A page in a browser of its own, so that nothing is left of an earlier one.
     * Without a language (null) the address names none; locale and timezoneId are the browser's.
     */
    async open(
      address,
      {
        lang = 'en-US',
        locale = 'en-US',
        timezoneId = 'UTC',
        theme = 'dark',
        width = 1400,
        height = 1000,
        ...params
      } = {}
    ) {
      const context = await browser.newContext({
        viewport: { width, height },
        deviceScaleFactor: 1,
        locale,
        timezoneId,
        reducedMotion: 'reduce',
      });
      context.setDefaultTimeout(patience);
      const page = await context.newPage();
      page.on('console', (m) => {
        // The browser tells of each answer that is an error; the next lines say which of them count.
        if (m.type() === 'error' && !m.text().startsWith('Failed to load resource')) {
          complaints.push(`${address}: ${m.text()} ${m.location().url}`);
        }
      });
      page.on('response', (r) => {
        const isQuery = r.url().includes('/api/ds/query'); // one that is not finished yet is refused
        if (r.status() >= 400 && !isQuery) {
          complaints.push(`${address}: ${r.status()} ${r.url()}`);
        }
      });
      page.on('pageerror', (e) => complaints.push(`${address}: ${e.stack}`));
      page.on('request', (r) => {
        if (!r.url().startsWith(served.url) && !/^(data|blob):/.test(r.url())) {
          complaints.push(`${address}: asked for ${r.url()}, which is not the workbench's`);
        }
      });
      const query = new URLSearchParams({ ...(lang && { lang }), theme, ...params });
      await page.goto(`${served.url}${address}${address.includes('?') ? '&' : '?'}${query}`);
      await page.locator('main > *').first().waitFor();
      return page;
    },
    async stop() {
      await browser.close();
      await served.stop();
    },
  };
}

/** Waits until nothing is asked any more. */
export async function settled(page) {
  await page.waitForFunction(() => !document.querySelector('[aria-busy="true"]'));
}
