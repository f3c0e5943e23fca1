import {
  LoadingState,
  toDataFrame,
  type DataFrame,
  type DataQueryError,
  type DataQueryRequest,
  type DataQueryResponse,
} from '@grafana/data';
import { finalize, map, timer } from 'rxjs';
import type { AndonQuery } from '../../types';
import type { Usage } from '../type';
import { follow } from './follow';

type Request = DataQueryRequest<AndonQuery>;

const slow = (refId: string): AndonQuery => ({ refId, queryType: 'logs', logGroups: ['/a'], query: 'fields @message' });
const alarms = (refId: string): AndonQuery => ({ refId, queryType: 'alarms' });

function frame(refId: string, rows: string[], running?: boolean): DataFrame {
  const meta = { type: 'log-lines', custom: { usage: {}, ...(running && { running }) } };
  return toDataFrame({ refId, meta, fields: [{ name: 'body', values: rows }] });
}

const answer = (...data: DataFrame[]): DataQueryResponse => ({ data, state: LoadingState.Done });
const failure = (...errors: DataQueryError[]) => ({ data: [], state: LoadingState.Error, errors, error: errors[0] });

interface Round {
  takesMs: number;
  gives: DataQueryResponse;
}

/** A panel whose questions are answered by these rounds, one after the other. */
function panel(targets: AndonQuery[], rounds: Round[], requestId = 'Q1') {
  const asked: Request[] = [];
  const times: number[] = [];
  const shown: DataQueryResponse[] = [];
  const state = { ended: false, underWay: 0 };
  const begun = Date.now();
  const ask = (round: Request) => {
    const { takesMs, gives } = rounds[asked.length];
    asked.push(round);
    times.push(Date.now() - begun);
    state.underWay++;
    return timer(takesMs).pipe(
      map(() => gives),
      finalize(() => state.underWay--)
    );
  };
  const range = { from: 1, to: 2 };
  const request = { requestId, targets, range, app: 'explore' } as unknown as Request;
  const subscription = follow(request, 'aws', ask).subscribe({
    next: (response) => shown.push(response),
    complete: () => (state.ended = true),
  });
  return { asked, times, shown, state, request, subscription };
}

const rowsOf = ({ data }: DataQueryResponse) =>
  (data as DataFrame[]).map(({ refId, fields }) => `${refId}: ${fields[0].values.join(' ')}`);

beforeEach(() => jest.useFakeTimers());
afterEach(() => jest.useRealTimers());

test('a query that runs is asked again at once until it ends, and its rows are shown meanwhile', () => {
  const { asked, times, shown, state, request } = panel(
    [slow('A')],
    [
      { takesMs: 3000, gives: answer(frame('A', ['1'], true)) },
      { takesMs: 3000, gives: answer(frame('A', ['1', '2'], true)) },
      { takesMs: 1000, gives: answer(frame('A', ['1', '2', '3'])) },
    ]
  );
  jest.advanceTimersByTime(3000);
  expect(asked).toHaveLength(2); // no timer between
  jest.runAllTimers();
  expect(times).toEqual([0, 3000, 6000]);
  expect(shown.map(({ state: s }) => s)).toEqual([LoadingState.Streaming, LoadingState.Streaming, LoadingState.Done]);
  expect(shown.map(rowsOf)).toEqual([['A: 1'], ['A: 1 2'], ['A: 1 2 3']]);
  expect(new Set(shown.map(({ key }) => key)).size).toBe(1);
  expect(shown.every(({ data }) => data[0].meta.type === 'log-lines')).toBe(true);
  expect(asked.map(({ requestId }) => requestId)).toEqual(['Q1', 'Q1-1', 'Q1-2']);
  expect(asked.every(({ range }) => range === request.range)).toBe(true);
  expect(asked.every(({ targets }) => 'follow' in targets[0])).toBe(true);
  expect(request.targets).toEqual([slow('A')]);
  expect(state).toEqual({ ended: true, underWay: 0 });
});

test('an answer that is whole is given as it came', () => {
  const gives = answer(frame('A', ['1']));
  const { asked, shown } = panel([slow('A')], [{ takesMs: 10, gives }]);
  jest.runAllTimers();
  expect(asked).toHaveLength(1);
  expect(shown).toEqual([gives]);
  expect(shown[0]).toBe(gives);
});

test('rounds that are answered at once are half a second apart', () => {
  const running = { takesMs: 0, gives: answer(frame('A', [], true)) };
  const { times, state } = panel([slow('A')], [running, running, { ...running, gives: answer(frame('A', [])) }]);
  jest.runAllTimers();
  expect(times).toEqual([0, 500, 1000]);
  expect(state.ended).toBe(true);
});

test('what a query took is the sum of its rounds', () => {
  const took = (usage: Usage, running?: boolean) => ({
    takesMs: 3000,
    gives: answer(toDataFrame({ refId: 'A', meta: { custom: { usage, running } }, fields: [] }), frame('A', ['2'])),
  });
  const { shown } = panel(
    [slow('A')],
    [
      took({ calls: { 'logs:StartQuery': 1, 'logs:GetQueryResults': 4 }, bytesScanned: 100, costUSD: 0.5 }, true),
      took({ joined: 1, costUSD: 0 }, true),
      took({ calls: { 'logs:GetQueryResults': 2 }, bytesScanned: 20, costUSD: 0.25, joined: 1 }),
    ]
  );
  jest.runAllTimers();
  expect(shown[2].data[0].meta.custom.usage).toEqual({
    calls: { 'logs:StartQuery': 1, 'logs:GetQueryResults': 6 },
    bytesScanned: 120,
    costUSD: 0.75,
    joined: 2,
  });
});

test('only what runs is asked again, and the others stay as they were, in their order', () => {
  const [b, d] = [frame('B', ['alarm']), frame('D', ['alarm'])];
  const { asked, shown } = panel(
    [slow('C'), alarms('B'), slow('A'), alarms('D')],
    [
      { takesMs: 3000, gives: answer(frame('C', ['1'], true), frame('C', ['x']), b, frame('A', ['1'], true), d) },
      { takesMs: 3000, gives: answer(frame('C', ['1', '2']), frame('A', ['2'], true)) },
      { takesMs: 3000, gives: answer(frame('A', ['3'])) },
    ]
  );
  jest.runAllTimers();
  expect(asked.map(({ targets }) => targets.map(({ refId }) => refId))).toEqual([
    ['C', 'B', 'A', 'D'],
    ['C', 'A'],
    ['A'],
  ]);
  expect(asked[0].targets.map((query) => 'follow' in query)).toEqual([true, false, true, false]);
  expect(shown.map(rowsOf)).toEqual([
    ['C: 1', 'C: x', 'B: alarm', 'A: 1', 'D: alarm'],
    ['C: 1 2', 'B: alarm', 'A: 2', 'D: alarm'],
    ['C: 1 2', 'B: alarm', 'A: 3', 'D: alarm'],
  ]);
  expect(shown[2].data[1]).toBe(b);
});

test('an error of a later round is that query’s: it keeps its rows, and the others go on', () => {
  const { asked, shown } = panel(
    [slow('A'), slow('B'), alarms('C')],
    [
      {
        takesMs: 3000,
        gives: {
          ...failure({ refId: 'C', message: 'denied' }),
          data: [frame('A', ['1'], true), frame('B', ['1'], true)],
        },
      },
      { takesMs: 3000, gives: { ...failure({ refId: 'A', message: 'too slow' }), data: [frame('B', ['2'], true)] } },
      { takesMs: 3000, gives: answer(frame('B', ['3'])) },
    ]
  );
  jest.runAllTimers();
  expect(asked[2].targets.map(({ refId }) => refId)).toEqual(['B']);
  expect(shown.map(({ state }) => state)).toEqual([LoadingState.Streaming, LoadingState.Streaming, LoadingState.Error]);
  expect(rowsOf(shown[2])).toEqual(['A: 1', 'B: 3']);
  expect(shown[2].errors).toEqual([
    { refId: 'C', message: 'denied' },
    { refId: 'A', message: 'too slow' },
  ]);
});

test('a later round that fails as a whole ends it, with the rows so far', () => {
  const { shown, state } = panel(
    [slow('A'), alarms('B')],
    [
      { takesMs: 3000, gives: answer(frame('A', ['1'], true), frame('B', ['alarm'])) },
      { takesMs: 10, gives: { ...failure({ message: 'Bad gateway', status: 502 }), errors: undefined } },
    ]
  );
  jest.runAllTimers();
  expect(shown[1]).toMatchObject({
    state: LoadingState.Error,
    errors: [{ refId: 'A', message: 'Bad gateway', status: 502 }],
  });
  expect(rowsOf(shown[1])).toEqual(['A: 1', 'B: alarm']);
  expect(state.ended).toBe(true);
});

test.each([
  ['a round', 4000],
  ['the pause between two', 6100],
])('who leaves during %s asks no more', (_name, afterMs) => {
  const { asked, state, subscription } = panel(
    [slow('A')],
    [
      { takesMs: 3000, gives: answer(frame('A', [], true)) },
      { takesMs: 3000, gives: answer(frame('A', [], true)) },
      { takesMs: 0, gives: answer(frame('A', [], true)) },
      { takesMs: 0, gives: answer(frame('A', [])) },
    ]
  );
  jest.advanceTimersByTime(afterMs);
  const before = asked.length;
  subscription.unsubscribe();
  expect(state.underWay).toBe(0);
  jest.runAllTimers();
  expect(asked).toHaveLength(before);
  expect(state.ended).toBe(false);
});

test.each<[string, AndonQuery, string]>([
  ['a plain filter', { refId: 'A', queryType: 'logs', mode: 'filter', logGroups: ['/a'] }, 'Q1'],
  ['another type', alarms('A'), 'Q1'],
  ['another data source', { ...slow('A'), datasource: { uid: 'another' } }, 'Q1'],
  ['a panel of mixed data sources, which shows nothing meanwhile', slow('A'), 'mixed-0-Q1'],
])('nothing follows %s', (_name, query, requestId) => {
  const gives = answer(frame('A', [], true));
  const { asked, shown } = panel([query], [{ takesMs: 10, gives }], requestId);
  jest.runAllTimers();
  expect(asked.map(({ targets }) => targets)).toEqual([[query]]);
  expect(shown).toEqual([gives]);
});
