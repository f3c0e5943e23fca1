// Asks a data source as Grafana's panels do.
import {
  CoreApp,
  type DataFrame,
  type DataQueryError,
  type DataQueryRequest,
  type DataQueryResponse,
  type DataSourceApi,
  LoadingState,
  type PanelData,
  type TimeRange,
  toDataFrame,
} from '@grafana/data';
import type { DataQuery, DataSourceRef } from '@grafana/schema';
import { type Observable, catchError, combineLatest, from, map, of } from 'rxjs';
import type { World } from './grafana/start';
import { intervalOf, timeZone } from './time';

export interface Asking {
  queries: DataQuery[];
  range: TimeRange;
  app?: CoreApp;
  maxDataPoints?: number;
  dashboardUID?: string;
  panelId?: number;
  scopedVars?: DataQueryRequest['scopedVars'];
}

let requests = 0;

export function requestOf(a: Asking): DataQueryRequest {
  const maxDataPoints = a.maxDataPoints ?? 1000;
  const { interval, intervalMs } = intervalOf(a.range, maxDataPoints);
  return {
    requestId: `W${++requests}`,
    app: a.app ?? CoreApp.Explore,
    timezone: timeZone(),
    range: a.range,
    rangeRaw: a.range.raw,
    interval,
    intervalMs,
    maxDataPoints,
    targets: a.queries,
    scopedVars: {
      ...a.scopedVars,
      __interval: { text: interval, value: interval },
      __interval_ms: { text: String(intervalMs), value: intervalMs },
    },
    startTime: Date.now(),
    dashboardUID: a.dashboardUID,
    panelId: a.panelId,
  };
}

/** One answer; a failure is in it, never thrown. */
export function ask(source: DataSourceApi, a: Asking): Observable<PanelData> {
  const request = requestOf(a);
  const usual = source.getDefaultQuery?.(a.app === CoreApp.Explore ? CoreApp.Explore : CoreApp.PanelEditor);
  // As Grafana's panels do: a variable's name stands for the data source that it names.
  const datasource = source.getRef();
  request.targets = request.targets
    .map((q) => ({ ...usual, ...q, datasource }))
    .filter((q) => source.filterQuery?.(q) !== false);
  if (request.targets.length === 0) {
    return of(answered({ data: [] }, a.range, request));
  }
  return from(source.query(request)).pipe(
    map((r) => answered(r, a.range, request)),
    catchError((error: unknown) => of(answered({ data: [], errors: [asError(error)] }, a.range, request)))
  );
}

/** Whether an answer is still to come, or the rest of one. */
export function isAsking({ state }: PanelData): boolean {
  return state === LoadingState.Loading || state === LoadingState.Streaming;
}

const mixed = '-- Mixed --';

/** Asks each data source its queries, as a panel of mixed ones does; the answers come together. */
export function askEach(world: World, ref: DataSourceRef | null | undefined, a: Asking): Observable<PanelData> {
  const usual = ref?.uid === mixed ? undefined : ref;
  const groups = new Map<DataSourceApi, DataQuery[]>();
  try {
    for (const query of a.queries) {
      const source = world.api(query.datasource ?? usual);
      groups.set(source, [...(groups.get(source) ?? []), query]);
    }
  } catch (e) {
    return of(answered({ data: [], errors: [asError(e)] }, a.range, requestOf(a)));
  }
  return combineLatest([...groups].map(([source, queries]) => ask(source, { ...a, queries }))).pipe(
    map((answers) => ({
      ...answers[0],
      series: answers.flatMap((one) => one.series),
      errors: answers.flatMap((one) => one.errors ?? []),
      state: answers.find((one) => one.state !== LoadingState.Done)?.state ?? LoadingState.Done,
    }))
  );
}

function answered(response: DataQueryResponse, range: TimeRange, request: DataQueryRequest): PanelData {
  const errors = response.errors ?? (response.error ? [response.error] : []);
  return {
    state: errors.length > 0 ? LoadingState.Error : (response.state ?? LoadingState.Done),
    series: response.data.map((d): DataFrame => toDataFrame(d)),
    errors,
    error: errors[0],
    timeRange: range,
    request,
  };
}

/** What went wrong, whatever was thrown. */
export function asError(error: unknown): DataQueryError {
  if (typeof error !== 'object' || error === null) {
    return { message: String(error) };
  }
  const e = error as DataQueryError;
  return { ...e, message: e.data?.message ?? e.message ?? e.data?.error ?? e.statusText ?? 'unknown error' };
}
