import { Ahead, type PanelRequest } from './ahead';
import type { AndonQuery } from '../types';

jest.useFakeTimers();

function panel(n: number, range = 'now-3h now') {
  const queries: AndonQuery[] = [{ refId: 'A', queryType: 'metrics', metricName: `m${n}` }];
  return { range, request: { from: '1', to: '2', queries } };
}

function dashboard(count: number, range?: string) {
  return Array.from({ length: count }, (_, n) => panel(n, range));
}

function setUp() {
  const posted: PanelRequest[][] = [];
  let now = 1_000_000;
  const ahead = new Ahead(
    async (panels) => {
      posted.push(panels);
    },
    () => now
  );
  return {
    posted,
    /** Panels that ask at the same moment, so much later. */
    show: (panels: ReturnType<typeof dashboard>, laterMs = 0) => {
      now += laterMs;
      panels.forEach((p) => ahead.add(p));
      jest.runAllTimers();
    },
  };
}

test('the panels of a dashboard are announced together', () => {
  const { posted, show } = setUp();
  show(dashboard(20));
  expect(posted).toEqual([dashboard(20).map((p) => p.request)]);
});

test('so few that none has to wait are not', () => {
  const { posted, show } = setUp();
  show(dashboard(5));
  expect(posted).toEqual([]);
});

test('a refresh of what was just asked is not announced, as long as it goes on', () => {
  const { posted, show } = setUp();
  show(dashboard(20));
  for (let refresh = 0; refresh < 10; refresh++) {
    show(dashboard(20), 30_000);
  }
  expect(posted).toHaveLength(1);
  show(dashboard(20), 61_000);
  expect(posted).toHaveLength(2);
});

test('another range is announced, and another variable', () => {
  const { posted, show } = setUp();
  show(dashboard(20));
  show(dashboard(20, 'now-24h now'), 10);
  expect(posted).toHaveLength(2);
  show([...dashboard(20), ...Array.from({ length: 6 }, (_, n) => panel(100 + n))], 10);
  expect(posted[2]).toHaveLength(6);
});

test('what fails is nobody’s concern, and the next is announced nevertheless', async () => {
  const post = jest.fn().mockRejectedValue(new Error('not found'));
  const ahead = new Ahead(post);
  dashboard(6).forEach((p) => ahead.add(p));
  jest.runAllTimers();
  await Promise.resolve();
  dashboard(6, 'now-6h now').forEach((p) => ahead.add(p));
  jest.runAllTimers();
  await Promise.resolve();
  expect(post).toHaveBeenCalledTimes(2);
});
