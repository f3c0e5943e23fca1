import type { DataSourceInstanceSettings, ScopedVars } from '@grafana/data';
import {
  setBackendSrv,
  setTemplateSrv,
  type BackendSrv,
  type BackendSrvRequest,
  type FetchResponse,
  type TemplateSrv,
} from '@grafana/runtime';
import { defer, isObservable, of, throwError, type Observable } from 'rxjs';
import plugin from '../../plugin.json';
import { AndonDataSource } from '../datasource';
import type { Settings } from '../types';

/** What a test's Grafana answers to a request; what it throws is an HTTP error. */
export type Answer = (request: BackendSrvRequest) => unknown;

/** A Grafana that records what it is asked. */
export function fakeGrafana(answer: Answer = () => ({})): BackendSrvRequest[] {
  const asked: BackendSrvRequest[] = [];
  const fetch = (request: BackendSrvRequest): Observable<FetchResponse<unknown>> =>
    defer(() => {
      asked.push(request);
      try {
        const data = answer(request);
        return isObservable(data)
          ? (data as Observable<FetchResponse<unknown>>)
          : of({ data, ok: true, status: 200, statusText: 'OK' } as FetchResponse<unknown>);
      } catch (error) {
        return throwError(() => error);
      }
    });
  setBackendSrv({ fetch } as unknown as BackendSrv);
  return asked;
}

/** An HTTP error as Grafana's backendSrv throws it. */
export function httpError(status: number, data: unknown) {
  return { status, data, statusText: 'error' };
}

/** Variables by name: one value, or several. */
export function fakeVariables(values: Record<string, string | string[]>): TemplateSrv {
  const replace = (text = '', scoped: ScopedVars = {}, format?: string | ((value: string | string[]) => string)) =>
    text.replace(/\$\{?(\w+)(?::(\w+))?\}?/g, (whole, name: string) => {
      const value = (scoped[name]?.value as string | string[] | undefined) ?? values[name];
      if (value === undefined) {
        return whole;
      }
      if (typeof format === 'function') {
        return format(value);
      }
      if (typeof value === 'string') {
        return value;
      }
      return format === 'regex'
        ? `(${value.map((item) => item.replace(/\./g, '\\.')).join('|')})`
        : `{${value.join(',')}}`;
    });
  const templates = { replace, getVariables: () => [], containsTemplate: () => false, updateTimeRange: () => {} };
  setTemplateSrv(templates as unknown as TemplateSrv);
  return templates as unknown as TemplateSrv;
}

export function fakeDataSource(
  variables: Record<string, string | string[]> = {},
  jsonData: Settings = {}
): AndonDataSource {
  const settings = {
    id: 1,
    uid: 'aws',
    type: plugin.id,
    name: 'AWS',
    access: 'proxy',
    readOnly: false,
    jsonData,
    meta: { id: plugin.id },
  } as unknown as DataSourceInstanceSettings<Settings>;
  return new AndonDataSource(settings, fakeVariables(variables));
}

/** Lists by name, as the back end's resources; a list that is missing fails. */
export function listsOf(lists: Record<string, string[]>): Answer {
  return ({ url, params }) => {
    const name = url.split('/resources/')[1];
    const values = lists[name];
    if (!values) {
      throw httpError(403, { message: `permission for ${name} is missing` });
    }
    const search = String(params?.search ?? '');
    const found = values.filter((value) => value.includes(search));
    const from = Number(params?.from ?? 0);
    const limit = Number(params?.limit ?? 100);
    const next = from + limit < found.length ? String(from + limit) : undefined;
    return { items: found.slice(from, from + limit).map((value) => ({ value })), next };
  };
}
