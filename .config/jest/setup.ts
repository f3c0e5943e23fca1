// What a browser has and jsdom has not, as far as @grafana/ui asks for it.
import '@testing-library/jest-dom';
import { TextDecoder, TextEncoder } from 'node:util';
import { initPluginTranslations } from '@grafana/i18n';
import { configure } from '@testing-library/react';
import plugin from '../../plugin.json';

// Whether an element is hidden, jsdom finds out slowly: for each it reads all styles.
// A loaded machine may take long until something appears; nothing waits that long.
configure({ defaultHidden: true, asyncUtilTimeout: 30_000 });

Object.assign(globalThis, { TextDecoder, TextEncoder });

const context: Partial<CanvasRenderingContext2D> = {
  measureText: (text: string) => ({ width: text.length * 8 }) as TextMetrics,
};
HTMLCanvasElement.prototype.getContext = (() => context) as unknown as HTMLCanvasElement['getContext'];

class Observer {
  observe() {}
  unobserve() {}
  disconnect() {}
  takeRecords() {
    return [];
  }
}

Object.defineProperty(window, 'matchMedia', {
  value: (media: string) => ({
    matches: false,
    media,
    addListener() {},
    removeListener() {},
    addEventListener() {},
    removeEventListener() {},
  }),
});
Object.assign(window, { ResizeObserver: Observer, IntersectionObserver: Observer });

// To compute a style jsdom matches every rule of @grafana/ui against an element,
// and menus that place themselves ask for hundreds. No test goes by styles.
const unstyled = document.createElement('div').style;
window.getComputedStyle = () => unstyled;

// Combobox shows only the options that fit: with no height, none.
for (const side of ['clientHeight', 'clientWidth', 'offsetHeight', 'offsetWidth']) {
  Object.defineProperty(HTMLElement.prototype, side, { configurable: true, value: 400 });
}

// i18next's advertisement, and React's remark that a menu of @grafana/ui placed
// itself while no test was looking.
const { error, info } = console;
console.info = (...args: unknown[]) => String(args[0]).includes('i18next') || info(...args);
console.error = (...args: unknown[]) => String(args[0]).includes('not wrapped in act') || error(...args);

beforeAll(async () => {
  await initPluginTranslations(plugin.id);
});
