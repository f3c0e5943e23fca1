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

describe('an announcement that is not answered yet', () => {
  function wait() {
    const signals: AbortSignal[] = [];
    const answers: Array<() => void> = [];
    const ahead = new Ahead((_, signal) => {
      signals.push(signal);
      return new Promise<void>((resolve) => answers.push(resolve));
    });
    const ask = (panels: ReturnType<typeof dashboard>) => {
      const all = panels.map((p) => ahead.add(p));
      jest.runAllTimers();
      return all;
    };
    return { signals, answers, ahead, ask };
  }

  test('is given up once every panel has been left, and made anew when somebody comes back', () => {
    const { signals, ask } = wait();
    const panels = ask(dashboard(20));
    panels.slice(1).forEach((p) => p.left());
    jest.runAllTimers();
    expect(signals[0].aborted).toBe(false);
    panels[0].left();
    jest.runAllTimers();
    expect(signals[0].aborted).toBe(true);
    ask(dashboard(20));
    expect(signals).toHaveLength(2);
    expect(signals[1].aborted).toBe(false);
  });

  test('goes on where a refresh leaves the panels and asks them again', () => {
    const { signals, ahead, ask } = wait();
    let panels = ask(dashboard(20));
    panels.forEach((p) => p.left()); // all at once
    panels = ask(dashboard(20));
    panels = panels.map((p, n) => {
      p.left(); // one after the other
      return ahead.add(panel(n));
    });
    jest.runAllTimers();
    expect(signals.map((s) => s.aborted)).toEqual([false]);
    panels.forEach((p) => p.left());
    jest.runAllTimers();
    expect(signals.map((s) => s.aborted)).toEqual([true]);
  });

  test('goes on where its last panels were answered: it is about to be, too', () => {
    const { signals, ask } = wait();
    const [first, ...others] = ask(dashboard(20));
    first.left();
    jest.runAllTimers();
    others.forEach((p) => p.answered());
    jest.runAllTimers();
    expect(signals[0].aborted).toBe(false);
  });

  test('goes on for the second of two panels that ask the same', () => {
    const { signals, ask } = wait();
    const panels = ask([...dashboard(20), panel(0)]);
    panels.slice(0, 20).forEach((p) => p.left());
    jest.runAllTimers();
    expect(signals[0].aborted).toBe(false);
    panels[20].left();
    jest.runAllTimers();
    expect(signals[0].aborted).toBe(true);
  });

  test('is not made at all for panels that were left in the same moment', () => {
    const { signals, ahead } = wait();
    dashboard(20).forEach((p) => ahead.add(p).left());
    jest.runAllTimers();
    expect(signals).toEqual([]);
  });

  test('once it is answered, it is remembered whoever leaves', async () => {
    const { signals, answers, ask } = wait();
    const panels = ask(dashboard(20));
    answers[0]();
    for (let i = 0; i < 5; i++) {
      await Promise.resolve();
    }
    panels.forEach((p) => p.left());
    jest.runAllTimers();
    ask(dashboard(20));
    expect(signals).toHaveLength(1);
  });
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
