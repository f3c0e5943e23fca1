import { CoreApp, dateTime, type DataQueryRequest } from '@grafana/data';
import { config } from '@grafana/runtime';
import { NEVER, firstValueFrom, lastValueFrom, map, timer, toArray } from 'rxjs';
import type { PanelRequest } from './ahead/ahead';
import { AndonVariables } from './variables/support';
import { fakeDataSource, fakeGrafana, httpError, listsOf } from './testing/fakes';
import type { AndonQuery } from './types';

const range = {
  from: dateTime(1_791_282_120_000),
  to: dateTime(1_791_285_720_000),
  raw: { from: 'now-1h', to: 'now' },
};

function request(targets: AndonQuery[], scopedVars = {}): DataQueryRequest<AndonQuery> {
  return {
    requestId: '1',
    targets,
    range,
    scopedVars,
    interval: '1m',
    intervalMs: 60_000,
    timezone: 'utc',
    app: 'panel',
    startTime: 0,
  };
}

const frames = {
  results: {
    A: {
      status: 200,
      frames: [
        {
          schema: {
            refId: 'A',
            fields: [
              { name: 'name', type: 'string', typeInfo: { frame: 'string' } },
              { name: 'Value', type: 'number', typeInfo: { frame: 'float64' }, labels: { InstanceId: 'i-1' } },
            ],
          },
          data: {
            values: [
              ['vpn-down', 'cpu-high', 'vpn-down'],
              [1, 2, 3],
            ],
          },
        },
      ],
    },
  },
};

test('queries go to the back end with the values of variables', async () => {
  const asked = fakeGrafana(() => frames);
  const datasource = fakeDataSource({ region: ['ap-northeast-1', 'us-east-1'], vpc: 'vpc-1', ids: ['i-1', 'i-2'] });
  const targets: AndonQuery[] = [
    { refId: 'A', queryType: 'alarms', region: '$region', prefix: '$vpc-' },
    {
      refId: 'B',
      queryType: 'metrics',
      account: 'production',
      namespace: 'AWS/EC2',
      metricName: 'CPUUtilization',
      dimensions: { InstanceId: ['$ids'], VpcId: '$vpc' },
    },
  ];
  const response = await lastValueFrom(datasource.query(request(targets)));
  expect(response.data[0].fields[0].values).toEqual(['vpn-down', 'cpu-high', 'vpn-down']);
  expect(asked).toHaveLength(1);
  expect(asked[0].url).toContain('/api/ds/query');
  expect(asked[0].data.queries).toMatchObject([
    { refId: 'A', queryType: 'alarms', regions: ['ap-northeast-1', 'us-east-1'], prefix: 'vpc-1-' },
    { refId: 'B', account: 'production', dimensions: { InstanceId: ['i-1', 'i-2'], VpcId: ['vpc-1'] } },
  ]);
  expect(asked[0].data.queries[0].region).toBeUndefined();
});

test('an error of a query is told, the others are answered', async () => {
  fakeGrafana(() => {
    throw httpError(400, { results: { A: { status: 400, error: 'names: wrong' }, B: frames.results.A } });
  });
  const response = await lastValueFrom(
    fakeDataSource().query(
      request([
        { refId: 'A', queryType: 'alarms' },
        { refId: 'B', queryType: 'alarms' },
      ])
    )
  );
  expect(response.errors?.map((error) => [error.refId, error.message])).toEqual([['A', 'names: wrong']]);
  expect(response.data).toHaveLength(1);
});

test.each<[string, Record<string, unknown>, boolean]>([
  ['a metric without a name', { queryType: 'metrics' }, false],
  ['logs without a group', { queryType: 'logs', query: 'fields @message' }, false],
  ['alarms', { queryType: 'alarms' }, true],
  ['what is hidden', { queryType: 'alarms', hide: true }, false],
  ['a hidden metric that expressions may name', { queryType: 'metrics', expression: '1', id: 'm1', hide: true }, true],
  ['a mistake, which the back end tells', { queryType: 'alarms', limit: -1 }, true],
  ['a type that this version does not know', { queryType: 'future' }, true],
])('%s is asked: %p', (_name, query, want) => {
  expect(fakeDataSource().filterQuery({ refId: 'A', ...query } as unknown as AndonQuery)).toBe(want);
});

test('a new query shows alarms, and adds nothing else to saved ones', () => {
  expect(fakeDataSource().getDefaultQuery()).toEqual({ queryType: 'alarms' });
});

test('Explore gets queries with the values of variables', () => {
  const datasource = fakeDataSource({ group: ['/a', '/b'] });
  const [query] = datasource.interpolateVariablesInQueries(
    [{ refId: 'A', queryType: 'logs', logGroups: ['$group'], query: 'fields @message' }],
    {}
  );
  expect(query).toMatchObject({ logGroups: ['/a', '/b'] });
});

test('a query of an unknown type is passed on as it is', () => {
  const query = { refId: 'A', queryType: 'future', text: '$x' } as unknown as AndonQuery;
  expect(fakeDataSource({ x: 'y' }).applyTemplateVariables(query, {})).toBe(query);
});

describe('the reader’s language', () => {
  const read = (language: string) => (config.bootData.user.language = language);
  const alarms: AndonQuery = { refId: 'A', queryType: 'alarms' };
  const metric: AndonQuery = { refId: 'B', queryType: 'metrics', namespace: 'AWS/EC2', metricName: 'CPUUtilization' };
  const board: AndonQuery = { refId: 'C', queryType: 'andon', language: 'en' };
  afterEach(() => read(''));

  test.each([
    ['ja-JP', ['ja', 'ja', 'en']],
    ['ja', ['ja', 'ja', 'en']],
    ['en-US', [undefined, undefined, 'en']],
    ['', [undefined, undefined, 'en']],
    ['fr-FR', [undefined, undefined, 'en']],
    ['jam', [undefined, undefined, 'en']],
  ])('%p goes with each query that has none of its own', async (language, want) => {
    read(language);
    const asked = fakeGrafana(() => frames);
    const targets = [alarms, metric, board];
    const saved = JSON.stringify(targets);
    await lastValueFrom(fakeDataSource().query(request(targets)));
    const sent: AndonQuery[] = asked[0].data.queries;
    expect(sent.map((query) => query.language)).toEqual(want);
    expect(JSON.stringify(targets)).toBe(saved);
  });

  test('goes into nothing that may be saved', () => {
    read('ja-JP');
    const datasource = fakeDataSource();
    expect(datasource.interpolateVariablesInQueries([alarms], {})[0]).not.toHaveProperty('language');
    expect(datasource.getDefaultQuery()).not.toHaveProperty('language');
  });

  test('is what a query announces too, which is asked with the same fields', async () => {
    read('ja-JP');
    jest.useFakeTimers();
    const asked = fakeGrafana(() => NEVER);
    const datasource = fakeDataSource();
    for (let n = 0; n < 6; n++) {
      const targets = [{ ...metric, namespace: `n${n}` }];
      datasource.query({ ...request(targets), app: CoreApp.Dashboard, maxDataPoints: 500 }).subscribe();
    }
    jest.runAllTimers();
    jest.useRealTimers();
    const { panels } = asked.find(({ url }) => url.endsWith('/resources/ahead'))?.data as { panels: PanelRequest[] };
    const queries = asked.filter(({ url }) => url.includes('/api/ds/query')).map(({ data }) => data.queries[0]);
    expect(queries).toHaveLength(6);
    panels.forEach((panel, n) => expect(queries[n]).toMatchObject({ ...panel.queries[0] }));
    expect(panels[0].queries[0]).toMatchObject({ namespace: 'n0', language: 'ja' });
  });
});

test('lists are read page by page, in the place that a variable names', async () => {
  const names = Array.from({ length: 1201 }, (_, i) => `alarm-${i}`);
  const asked = fakeGrafana(listsOf({ alarms: names }));
  const { lists } = fakeDataSource({ region: ['us-east-1', 'us-west-2'] });
  const found = await lists.read('alarms', { region: '$region', prefix: undefined }, 'alarm');
  expect(found).toEqual({ items: names.map((value) => ({ value })), more: false });
  expect(asked.map(({ params }) => params)).toEqual([
    { region: 'us-east-1', search: 'alarm', limit: 500 },
    { region: 'us-east-1', search: 'alarm', limit: 500, from: '500' },
    { region: 'us-east-1', search: 'alarm', limit: 500, from: '1000' },
  ]);
});

test('of a very long list the first part is read', async () => {
  const asked = fakeGrafana(listsOf({ alarms: Array.from({ length: 9000 }, (_, i) => `alarm-${i}`) }));
  const found = await fakeDataSource().lists.read('alarms', {});
  expect(found.items).toHaveLength(2000);
  expect(found.more).toBe(true);
  expect(asked).toHaveLength(4);
});

const details = {
  capabilities: [
    { Account: '', Region: 'ap-northeast-1', Name: 'metric data', OK: true },
    {
      Account: 'production',
      Region: 'us-east-1',
      Name: 'logs',
      OK: false,
      MissingPermission: 'logs:DescribeLogGroups',
      Error: 'denied',
      Hint: 'allow it',
    },
    { Name: 'something new', OK: false, Error: 'no answer' },
  ],
};

test('Save & test tells each part', async () => {
  fakeGrafana(() => ({ status: 'OK', message: '1 of 3 checks passed.', details }));
  expect(await fakeDataSource().testDatasource()).toEqual({
    status: 'success',
    message: '1 of 3 checks passed.',
    details: {
      verboseMessage: [
        '✓ ap-northeast-1 Metric data',
        '✗ production us-east-1 Log groups permission logs:DescribeLogGroups is missing (allow it)',
        '✗ something new no answer',
      ].join('\n'),
    },
  });
});

test('Save & test speaks the reader’s language', async () => {
  const ja = {
    message: '1件中0件の確認に成功しました。',
    capabilities: [{ Name: 'bridge', OK: false, Error: '応答がありません' }],
  };
  fakeGrafana(() => ({ status: 'OK', message: '0 of 1 checks passed.', details: { ...details, ja } }));
  expect((await fakeDataSource().testDatasource()).message).toBe('0 of 1 checks passed.');
  config.bootData.user.language = 'ja-JP';
  expect(await fakeDataSource().testDatasource()).toMatchObject({
    message: ja.message,
    details: { verboseMessage: '✗ Andon’s bridge 応答がありません' },
  });
  fakeGrafana(() => ({ status: 'OK', message: 'of an older back end', details }));
  expect((await fakeDataSource().testDatasource()).message).toBe('of an older back end');
  config.bootData.user.language = '';
});

test('Save & test fails where nothing works', async () => {
  fakeGrafana(() => {
    throw httpError(400, { status: 'ERROR', message: 'no credentials' });
  });
  expect(await fakeDataSource().testDatasource()).toMatchObject({ status: 'error', message: 'no credentials' });
});

function variable(target: unknown, variables = {}, scopedVars = {}) {
  const support = new AndonVariables(fakeDataSource(variables));
  return firstValueFrom(support.query({ ...request([], scopedVars), targets: [target] } as never));
}

function values(response: { data: Array<{ fields: Array<{ name: string; values: string[] }> }> }) {
  return response.data[0].fields.find((field) => field.name === 'value')?.values;
}

test('a variable has the values of a list', async () => {
  const asked = fakeGrafana(listsOf({ 'dimension-values': ['i-1', 'i-2'] }));
  const response = await variable(
    {
      source: 'list',
      list: 'dimension-values',
      namespace: 'AWS/EC2',
      key: 'InstanceId',
      where: 'VpcId=$vpc',
      search: 'i-',
    },
    { vpc: 'vpc-1' }
  );
  expect(values(response)).toEqual(['i-1', 'i-2']);
  expect(asked[0].params).toMatchObject({
    namespace: 'AWS/EC2',
    key: 'InstanceId',
    dimensions: '{"VpcId":"vpc-1"}',
    search: 'i-',
  });
});

test('a new variable lists regions; one without what its list needs has no values', async () => {
  fakeGrafana(listsOf({ regions: ['us-east-1'] }));
  expect(values(await variable(''))).toEqual(['us-east-1']);
  expect(values(await variable({ source: 'list', list: 'metrics' }))).toEqual([]);
});

test('a variable has the values of a column, each once, or of a label', async () => {
  fakeGrafana(() => frames);
  const query = { refId: 'A', queryType: 'alarms' };
  expect(values(await variable({ source: 'query', query, column: 'name' }))).toEqual(['vpn-down', 'cpu-high']);
  expect(values(await variable({ source: 'query', query, column: 'InstanceId' }))).toEqual(['i-1']);
  expect(values(await variable({ source: 'query', query }))).toEqual([]);
});

test('annotations ask for the kind that Grafana reads', () => {
  const { annotations } = fakeDataSource();
  const target: AndonQuery = { refId: 'A', queryType: 'cloudtrail', kind: 'events', changes: true };
  const anno = { name: 'Changes', enable: true, iconColor: 'red', target };
  expect(annotations.prepareQuery?.(anno)).toEqual({
    refId: 'Anno',
    queryType: 'cloudtrail',
    kind: 'annotations',
    changes: true,
  });
  expect(annotations.prepareQuery?.({ ...anno, target: undefined })).toBeUndefined();
});

test('a logs query without log groups asks those of the settings', () => {
  const lines: AndonQuery = { refId: 'A', queryType: 'logs', mode: 'filter', logGroups: [] };
  const asks = (settings: object) => fakeDataSource({}, settings).filterQuery(lines);
  expect([asks({}), asks({ logGroups: [] })]).toEqual([false, false]);
  expect([asks({ logGroups: [{ name: '/a' }] }), asks({ defaultLogGroups: ['/a'] })]).toEqual([true, true]);
  expect(lines.logGroups).toEqual([]);
});

test('a data source that knows the board alone begins with it', async () => {
  const datasource = fakeDataSource({}, { bridgeUrl: 'http://localhost:9099' });
  expect(datasource.getDefaultQuery()).toEqual({ queryType: 'andon' });
  expect(datasource.annotations.getDefaultQuery?.()).toEqual({ queryType: 'andon', kind: 'annotations' });
  const saved = { name: 'Alerts', enable: true, iconColor: 'red', target: { refId: 'A' } as AndonQuery };
  expect(datasource.annotations.prepareQuery?.(saved)).toMatchObject({ queryType: 'andon', kind: 'annotations' });
  expect(datasource.variables?.getDefaultQuery?.()).toMatchObject({ source: 'query', query: { queryType: 'andon' } });
  fakeGrafana(() => frames);
  const support = new AndonVariables(datasource);
  expect(values(await firstValueFrom(support.query({ ...request([]), targets: [''] } as never)))).toEqual([]);
});

describe('a slow query of Logs Insights', () => {
  const slow: AndonQuery = { refId: 'A', queryType: 'logs', logGroups: ['$group'], query: 'fields name' };
  const running = { ...frames.results.A.frames[0].schema, meta: { custom: { running: true } } };
  const soFar = { results: { A: { status: 200, frames: [{ ...frames.results.A.frames[0], schema: running }] } } };

  afterEach(() => (config.publicDashboardAccessToken = undefined));

  test('is asked until it ends, and nothing of that is saved', async () => {
    const asked = fakeGrafana(() => (asked.length < 3 ? soFar : frames));
    const targets = [slow];
    const saved = JSON.stringify(targets);
    const answers = await lastValueFrom(fakeDataSource({ group: '/a' }).query(request(targets)).pipe(toArray()));
    expect(answers.map(({ state }) => state)).toEqual(['Streaming', 'Streaming', 'Done']);
    expect(answers.every(({ data }) => data[0].length === 3)).toBe(true);
    expect(asked.map(({ data }) => data.queries)).toEqual(
      asked.map(() => [expect.objectContaining({ refId: 'A', logGroups: ['/a'], follow: true })])
    );
    expect(new Set(asked.map(({ data }) => `${data.from} ${data.to}`)).size).toBe(1);
    expect(new Set(asked.map(({ requestId }) => requestId)).size).toBe(3);
    expect(JSON.stringify(targets)).toBe(saved);
    const [taken] = fakeDataSource({ group: '/a' }).interpolateVariablesInQueries(targets, {});
    expect(taken).not.toHaveProperty('follow');
  });

  test.each([CoreApp.UnifiedAlerting, CoreApp.CloudAlerting])('is not followed for %s', async (app) => {
    const asked = fakeGrafana(() => soFar);
    const answers = await lastValueFrom(
      fakeDataSource()
        .query({ ...request([slow]), app })
        .pipe(toArray())
    );
    expect(answers).toHaveLength(1);
    expect(asked.map(({ data }) => data.queries[0])).toEqual([expect.not.objectContaining({ follow: true })]);
  });

  test('is not followed on a public dashboard', async () => {
    config.publicDashboardAccessToken = 'token';
    const asked = fakeGrafana(() => soFar);
    await lastValueFrom(fakeDataSource().query(request([slow])), { defaultValue: undefined });
    expect(asked).toHaveLength(1);
    expect(JSON.stringify(asked[0].data)).not.toContain('follow');
  });

  test('is asked once for a variable, for which a dashboard waits', async () => {
    const asked = fakeGrafana(() => soFar);
    expect(values(await variable({ source: 'query', query: slow, column: 'name' }))).toEqual(['vpn-down', 'cpu-high']);
    expect(asked.map(({ data }) => data.queries[0])).toEqual([expect.not.objectContaining({ follow: true })]);
  });

  test('keeps no announcement of its neighbours waiting', () => {
    jest.useFakeTimers();
    const later = timer(100).pipe(map(() => ({ data: soFar, ok: true, status: 200 })));
    const asked = fakeGrafana(({ url }) => (url.includes('/ahead') ? NEVER : later));
    const datasource = fakeDataSource();
    const shown = Array.from({ length: 6 }, (_, n) => {
      const metric: AndonQuery = { refId: 'B', queryType: 'metrics', metricName: 'CPU', namespace: `n${n}` };
      return datasource.query({ ...request([slow, metric]), app: CoreApp.Dashboard }).subscribe();
    });
    jest.advanceTimersByTime(2000);
    shown.forEach((panel) => panel.unsubscribe());
    jest.runAllTimers();
    jest.useRealTimers();
    const announced = asked.filter(({ url }) => url.endsWith('/resources/ahead'));
    expect(announced).toHaveLength(1);
    expect(announced[0].abortSignal?.aborted).toBe(false);
    const rounds = asked.filter(({ url }) => url.includes('/api/ds/query'));
    expect(rounds.length).toBeGreaterThan(6);
    expect(rounds.slice(6).every(({ data }) => data.queries.length === 1)).toBe(true);
  });
});

describe('a dashboard with many panels', () => {
  const metric: AndonQuery = { refId: 'A', queryType: 'metrics', metricName: 'CPU', region: '$region' };
  const panels = Array.from({ length: 8 }, (_, n): AndonQuery[] => [
    { ...metric, namespace: `n${n}` },
    { refId: 'B', queryType: 'alarms' },
  ]);

  beforeEach(() => jest.useFakeTimers());
  afterEach(() => {
    jest.useRealTimers();
    config.http2Enabled = false;
    config.publicDashboardAccessToken = undefined;
  });

  function open(change: Partial<DataQueryRequest<AndonQuery>> = {}) {
    const asked = fakeGrafana(() => NEVER);
    const datasource = fakeDataSource({ region: 'eu-central-1' });
    const shown = panels.map((targets) =>
      datasource.query({ ...request(targets), app: CoreApp.Dashboard, ...change }).subscribe()
    );
    jest.runAllTimers();
    return { shown, announced: asked.filter(({ url }) => url === '/api/datasources/uid/aws/resources/ahead') };
  }

  const show = (change?: Partial<DataQueryRequest<AndonQuery>>) => open(change).announced;

  test('announces what they ask of CloudWatch’s metrics', () => {
    const [announced, ...more] = show({ maxDataPoints: 500 });
    expect(more).toEqual([]);
    expect(announced).toMatchObject({ method: 'POST', showErrorAlert: false });
    const { panels: told } = announced.data as { panels: PanelRequest[] };
    expect(told).toHaveLength(8);
    expect(told[3]).toEqual({
      from: String(range.from.valueOf()),
      to: String(range.to.valueOf()),
      queries: [
        expect.objectContaining({
          refId: 'A',
          namespace: 'n3',
          region: 'eu-central-1',
          intervalMs: 60_000,
          maxDataPoints: 500,
        }),
      ],
    });
  });

  test('gives its announcement up when the last panel that waits for it has been left', () => {
    const { shown, announced } = open();
    const signal = announced[0].abortSignal;
    shown.slice(1).forEach((panel) => panel.unsubscribe());
    jest.runAllTimers();
    expect(signal?.aborted).toBe(false);
    shown[0].unsubscribe();
    jest.runAllTimers();
    expect(signal?.aborted).toBe(true);
  });

  test('announces nothing where none has to wait, or nothing may be announced', () => {
    expect(show({ app: CoreApp.Explore })).toEqual([]);
    expect(show({ skipQueryCache: true })).toEqual([]);
    expect(show({ targets: [{ refId: 'A', queryType: 'alarms' }] })).toEqual([]);
    config.http2Enabled = true;
    expect(show()).toEqual([]);
    config.http2Enabled = false;
    config.publicDashboardAccessToken = 'token';
    expect(show()).toEqual([]);
  });
});
