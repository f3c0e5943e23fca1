// What the buttons of a table's cells do: the request that a dashboard names.
import {
  type Action,
  type ActionModel,
  ActionType,
  AppEvents,
  type DataFrame,
  type Field,
  type FetchOptions,
  HttpRequestMethod,
  type ScopedVars,
  getFieldDataContextClone,
} from '@grafana/data';
import { type BackendSrvRequest, config, getBackendSrv } from '@grafana/runtime';
import { say } from '../address';
import { asError } from '../ask';
import { events } from '../grafana/events';
import { templates } from '../grafana/templates';

type Fill = (text: string) => string;

/** The actions of one cell. Those of other kinds than a request are left out. */
export function actionsOf(frame: DataFrame, field: Field, rowIndex: number, scopedVars: ScopedVars): ActionModel[] {
  const vars = { ...scopedVars, ...field.state?.scopedVars };
  const cell = getFieldDataContextClone(frame, field, vars);
  cell.value.rowIndex = rowIndex;
  const fill: Fill = (text) => templates.replace(text, { ...vars, __dataContext: cell });
  return (field.config.actions ?? []).flatMap((action) => modelOf(action, fill));
}

function modelOf(action: Action, fill: Fill): ActionModel[] {
  const request = action.fetch;
  if (action.type !== ActionType.Fetch || !request) {
    return [];
  }
  return [
    {
      title: fill(action.title),
      confirmation: () => fill(action.confirmation || `Are you sure you want to ${action.title}?`),
      oneClick: action.oneClick ?? false,
      style: { backgroundColor: action.style?.backgroundColor ?? config.theme2.colors.secondary.main },
      variables: action.variables,
      onClick: () => send(requestOf(request, fill)),
    },
  ];
}

/** Every part is filled in by itself; parameters are encoded after that. */
function requestOf({ method, url, body, queryParams = [], headers = [] }: FetchOptions, fill: Fill): BackendSrvRequest {
  const address = new URL(fill(url), location.origin);
  for (const [name, value] of queryParams) {
    address.searchParams.append(fill(name), fill(value));
  }
  return {
    url: address.href,
    method,
    data: method === HttpRequestMethod.GET ? undefined : fill(body || '{}'),
    headers: Object.fromEntries([
      ...headers.map(([name, value]) => [fill(name), fill(value)]),
      ['X-Grafana-Action', '1'],
    ]),
  };
}

function send(request: BackendSrvRequest) {
  getBackendSrv()
    .fetch(request)
    .subscribe({
      error: (error: unknown) => events.emit(AppEvents.alertError, [asError(error).message ?? '']),
      complete: () =>
        events.emit(AppEvents.alertSuccess, [say('API call was successful', 'API の呼び出しに成功しました')]),
    });
}
