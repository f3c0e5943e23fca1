// Grafana's BackendSrv over fetch: what the plugin asks goes to the workbench's
// Go program.
import type { BackendSrv, BackendSrvRequest, FetchError, FetchResponse } from '@grafana/runtime';
import { Observable, firstValueFrom, from } from 'rxjs';
import { asAlert, login, role } from '../address';

function headersOf(request: BackendSrvRequest): Headers {
  const headers = new Headers(request.headers);
  headers.set('X-Workbench-Role', role);
  headers.set('X-Workbench-Login', login);
  if (asAlert && request.url.includes('/api/ds/query')) {
    headers.set('FromAlert', 'true');
  }
  if (request.data !== undefined && !headers.has('Content-Type')) {
    headers.set('Content-Type', 'application/json');
  }
  return headers;
}

// Grafana leaves out what is undefined, and repeats a name for a list.
function urlOf(request: BackendSrvRequest): string {
  const query = new URLSearchParams();
  for (const [key, value] of Object.entries(request.params ?? {})) {
    for (const v of value === undefined || value === null ? [] : [value].flat()) {
      query.append(key, String(v));
    }
  }
  const url = /^(\/|https?:)/.test(request.url) ? request.url : `/${request.url}`;
  const text = query.toString();
  return text ? url + (url.includes('?') ? '&' : '?') + text : url;
}

// A text is sent as it is, as Grafana does.
function bodyOf(data: unknown): string | undefined {
  return data === undefined || typeof data === 'string' ? data : JSON.stringify(data);
}

async function send<T>(request: BackendSrvRequest): Promise<FetchResponse<T>> {
  const response = await fetch(urlOf(request), {
    method: request.method ?? 'GET',
    headers: headersOf(request),
    body: bodyOf(request.data),
    signal: request.abortSignal,
  });
  const text = await response.text();
  let data: unknown = text;
  try {
    data = text === '' ? {} : JSON.parse(text);
  } catch {
    // What is no JSON is handed over as text, as Grafana does.
  }
  if (!response.ok) {
    const error: FetchError = { status: response.status, statusText: response.statusText, data, config: request };
    throw error;
  }
  return {
    data: data as T,
    status: response.status,
    statusText: response.statusText,
    ok: true,
    headers: response.headers,
    redirected: response.redirected,
    type: response.type,
    url: response.url,
    config: request,
  };
}

type Extra = Partial<BackendSrvRequest>;

class Backend implements BackendSrv {
  fetch<T>(request: BackendSrvRequest): Observable<FetchResponse<T>> {
    return new Observable((subscriber) => {
      const stop = new AbortController();
      send<T>({ abortSignal: stop.signal, ...request }).then(
        (response) => {
          subscriber.next(response);
          subscriber.complete();
        },
        (error: unknown) => subscriber.error(error)
      );
      return () => stop.abort(); // nobody waits for it any more
    });
  }

  chunked(): Observable<FetchResponse<Uint8Array | undefined>> {
    throw new Error('the workbench has no chunked requests');
  }

  async request<T>(request: BackendSrvRequest): Promise<T> {
    return (await send<T>(request)).data;
  }

  datasourceRequest<T>(request: BackendSrvRequest) {
    return firstValueFrom(from(send<T>(request)));
  }

  get = <T>(url: string, params?: BackendSrvRequest['params'], requestId?: string, extra?: Extra) =>
    this.request<T>({ ...extra, url, params, requestId, method: 'GET' });
  delete = <T>(url: string, data?: unknown, extra?: Extra) =>
    this.request<T>({ ...extra, url, data, method: 'DELETE' });
  post = <T>(url: string, data?: unknown, extra?: Extra) => this.request<T>({ ...extra, url, data, method: 'POST' });
  patch = <T>(url: string, data?: unknown, extra?: Extra) => this.request<T>({ ...extra, url, data, method: 'PATCH' });
  put = <T>(url: string, data?: unknown, extra?: Extra) => this.request<T>({ ...extra, url, data, method: 'PUT' });
}

export const backend: BackendSrv = new Backend();
