import {
  LoadingState,
  type DataFrame,
  type DataQueryError,
  type DataQueryRequest,
  type DataQueryResponse,
} from '@grafana/data';
import { EMPTY, expand, map, of, switchMap, timer, type Observable } from 'rxjs';
import type { AndonQuery } from '../../types';
import type { Usage } from '../type';
import { modeOf } from './types';

/** As it is sent by who asks again at once, and never saved: it is answered within seconds, with what is found by then. */
type Followed = AndonQuery & { follow?: true; again?: true };

type Request = DataQueryRequest<AndonQuery>;

/** Rounds begin no sooner after each other than this, however fast the answers come. */
const apartMs = 500;

/** What is known after a round: the whole answer, and the queries that AWS still works on. */
interface Standing {
  round: number;
  askedAt: number;
  response: DataQueryResponse;
  running: Followed[];
}

/**
 * Asks, and asks again for the Logs Insights queries that still run in AWS until none does. Each round gives the whole
 * answer as it stands. The state is Streaming until the last: while it is Loading, Grafana's dashboards keep back the
 * first rows. Who unsubscribes asks no more, and the back end has AWS stop what nobody asks for.
 */
export function follow(
  request: Request,
  uid: string,
  ask: (round: Request) => Observable<DataQueryResponse>
): Observable<DataQueryResponse> {
  if (isOfMixed(request)) {
    return ask(request);
  }
  const first = request.targets.map((query) =>
    isInsightsOf(uid, query) ? { ...query, follow: true as const } : query
  );
  const next = (round: number, targets: Followed[], last?: DataQueryResponse): Observable<Standing> => {
    const askedAt = Date.now();
    return ask(round === 0 ? { ...request, targets } : roundOf(request, round, targets)).pipe(
      map((answer) => ({
        round,
        askedAt,
        response: last ? together(last, answer, targets, request.targets) : answer,
        running: runningOf(answer, targets),
      }))
    );
  };
  return next(0, first).pipe(
    expand(({ round, askedAt, response, running }) => {
      if (running.length === 0) {
        return EMPTY;
      }
      const early = askedAt + apartMs - Date.now();
      // No timer where none is needed: in a tab that nobody sees browsers let them run late, and the query would end.
      return (early > 0 ? timer(early) : of(0)).pipe(switchMap(() => next(round + 1, running, response)));
    }),
    map(({ round, response, running }) => {
      if (round === 0 && running.length === 0) {
        return response;
      }
      const ended = response.errors?.length ? LoadingState.Error : LoadingState.Done;
      // By the key Grafana knows that each answer takes the place of the one before.
      return { ...response, state: running.length > 0 ? LoadingState.Streaming : ended, key: 'logs-insights' };
    })
  );
}

/**
 * A further round. Grafana cancels a request when another comes with the same id. By "again" the back end knows that of
 * several regions those that have ended since are not to be begun anew.
 */
function roundOf(request: Request, round: number, targets: Followed[]): Request {
  return {
    ...request,
    requestId: `${request.requestId}-${round}`,
    targets: targets.map((query) => ({ ...query, again: true as const })),
  };
}

/** Grafana's mixed data source shows nothing until each of its data sources has ended: a panel would wait for minutes. */
function isOfMixed({ requestId }: Request): boolean {
  return /^mixed-/.test(requestId);
}

function isInsightsOf(uid: string, query: AndonQuery): boolean {
  const own = !query.datasource || query.datasource.uid === uid;
  return own && query.queryType === 'logs' && modeOf(query) === 'insights';
}

function runningOf({ data }: DataQueryResponse, asked: Followed[]): Followed[] {
  const frames: DataFrame[] = data;
  const running = refIdsOf(frames.filter(({ meta }) => meta?.custom?.running === true));
  return asked.filter((query) => query.follow && running.has(query.refId));
}

/** The last answer with what a further round tells of some of its queries. One that fails keeps the rows that it had. */
function together(
  last: DataQueryResponse,
  answer: DataQueryResponse,
  asked: AndonQuery[],
  all: AndonQuery[]
): DataQueryResponse {
  const frames: DataFrame[] = answer.data;
  const answered = refIdsOf(frames);
  const kept = (last.data as DataFrame[]).filter(({ refId }) => !answered.has(refId));
  answered.forEach((refId) => addUsage(last.data, frames, refId));
  const asking = refIdsOf(asked);
  const others = (last.errors ?? []).filter(({ refId }) => !asking.has(refId));
  const errors = [...others, ...errorsOf(answer, asked)];
  const order = all.map(({ refId }) => refId as string | undefined);
  return {
    ...answer,
    data: [...kept, ...frames].sort((a, b) => order.indexOf(a.refId) - order.indexOf(b.refId)),
    errors: errors.length > 0 ? errors : undefined,
  };
}

/** The errors of a round's queries: that of the round as a whole is each one's. */
function errorsOf(answer: DataQueryResponse, asked: AndonQuery[]): DataQueryError[] {
  // eslint-disable-next-line @typescript-eslint/no-deprecated -- there Grafana puts the error of a whole request
  const { errors, error } = answer;
  return errors ?? (error ? asked.map(({ refId }) => ({ ...error, refId })) : []);
}

/** A round tells what was taken since the one before it; the answer tells what the query took. */
function addUsage(before: DataFrame[], now: DataFrame[], refId: string | undefined): void {
  const [last, next] = [before, now].map((frames) =>
    frames.find((frame) => frame.refId === refId && frame.meta?.custom?.usage)
  );
  if (last && next) {
    const usage = sumOf(last.meta?.custom?.usage, next.meta?.custom?.usage);
    next.meta = { ...next.meta, custom: { ...next.meta?.custom, usage } };
  }
}

function sumOf(a: Usage, b: Usage): Usage {
  const add = <T extends object>(x: T, y: T): T =>
    Object.entries(y).reduce((sum, [name, value]) => {
      const old: unknown = sum[name as keyof T];
      const both = typeof value === 'object' ? add(old ?? {}, value) : Number(old ?? 0) + value;
      return { ...sum, [name]: both };
    }, x);
  return add(a, b);
}

function refIdsOf(list: Array<{ refId?: string }>): Set<string | undefined> {
  return new Set(list.map(({ refId }) => refId));
}
