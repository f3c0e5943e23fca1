import {
  CoreApp,
  type AnnotationSupport,
  type DataQueryRequest,
  type DataQueryResponse,
  type DataSourceInstanceSettings,
  type ScopedVars,
} from '@grafana/data';
import { config, DataSourceWithBackend, getTemplateSrv, HealthStatus, type TemplateSrv } from '@grafana/runtime';
import { type Observable, tap } from 'rxjs';
import { Ahead, type Waiting } from './ahead/ahead';
import { annotationSupport } from './annotations/support';
import { Lists } from './lists/lists';
import { interpolate, typeOf } from './queries';
import { forReader } from './queries/language';
import { follow } from './queries/logs/follow';
import { replacer } from './queries/replace';
import { messageOf, reportOf } from './settings/health';
import type { AndonQuery, FirstType, Settings } from './types';
import { AndonVariables } from './variables/support';

/**
 * The front end of the data source. The back end answers: here queries get the values of variables and the reader's
 * language, and no more.
 */
export class AndonDataSource extends DataSourceWithBackend<AndonQuery, Settings> {
  /** The lists of editors. */
  readonly lists: Lists;
  /** The type that new queries have: of a data source that knows the bridge's board and nothing of AWS, the board's. */
  readonly firstType: FirstType;
  annotations: AnnotationSupport<AndonQuery>;
  /** Whether the settings name log groups, which a query need not then. */
  private readonly hasLogGroups: boolean;
  private readonly ahead = new Ahead((panels, abortSignal) =>
    this.postResource('ahead', { panels }, { showErrorAlert: false, abortSignal })
  );

  constructor(
    settings: DataSourceInstanceSettings<Settings>,
    private readonly templates: TemplateSrv = getTemplateSrv()
  ) {
    super(settings);
    this.firstType = namesBoardAlone(settings.jsonData ?? {}) ? 'andon' : 'alarms';
    const { logGroups, defaultLogGroups } = settings.jsonData ?? {};
    this.hasLogGroups = Boolean(logGroups?.length || defaultLogGroups?.length);
    this.annotations = annotationSupport(this.firstType);
    this.lists = this.listsWith({});
    this.variables = new AndonVariables(this);
  }

  /**
   * Grafana puts the fields of a default query into saved queries that lack
   * them. So it has the type alone, which every saved query has: the editor
   * knows what else a new alert rule needs.
   */
  getDefaultQuery(): Partial<AndonQuery> {
    return { queryType: this.firstType };
  }

  /** Whether there is something to ask. What is wrong is asked nevertheless: the back end's answer says so in the panel. */
  filterQuery(query: AndonQuery): boolean {
    if (query.hide && !(query.queryType === 'metrics' && query.id)) {
      return false; // expressions refer to a hidden metric by its id
    }
    return typeOf(query)?.isEmpty(this.asMeant(query)) !== true;
  }

  /** The query as the back end takes it, to be judged: one without log groups asks those of the settings. */
  asMeant(query: AndonQuery): AndonQuery {
    const lacks = query.queryType === 'logs' && !query.logGroups?.length;
    return lacks && this.hasLogGroups ? { ...query, logGroups: ['default'] } : query;
  }

  /** A slow query of Logs Insights gives its rows as they are found, and ends when it has ended in AWS. */
  query(request: DataQueryRequest<AndonQuery>): Observable<DataQueryResponse> {
    // Grafana's server asks for alert rules and for public dashboards, as often as it likes.
    return isAlerting(request.app) || config.publicDashboardAccessToken
      ? this.queryOnce(request)
      : follow(request, this.uid, (round) => this.queryOnce(round));
  }

  /** One question with one answer, which is in part where a query is slow. */
  queryOnce(request: DataQueryRequest<AndonQuery>): Observable<DataQueryResponse> {
    const waiting = this.announce(request);
    const answers = super.query(request);
    return waiting
      ? answers.pipe(tap({ complete: waiting.answered, error: waiting.answered, unsubscribe: waiting.left }))
      : answers;
  }

  /** Metrics of several panels go to AWS in one call where the back end knows them in time. */
  private announce({
    app,
    targets,
    range,
    scopedVars,
    intervalMs,
    maxDataPoints,
    skipQueryCache,
  }: DataQueryRequest<AndonQuery>): Waiting | undefined {
    const held = app === CoreApp.Dashboard && !config.http2Enabled && !config.publicDashboardAccessToken;
    if (!held || skipQueryCache || !range) {
      return undefined;
    }
    const queries = targets
      .filter((query) => query.queryType === 'metrics' && (!query.datasource || query.datasource.uid === this.uid))
      .map((query) => ({ ...this.applyTemplateVariables(query, scopedVars), intervalMs, maxDataPoints }));
    if (queries.length === 0) {
      return undefined;
    }
    const from = String(range.from.valueOf());
    const to = String(range.to.valueOf());
    return this.ahead.add({
      request: { from, to, queries },
      range: `${String(range.raw.from)} ${String(range.raw.to)}`,
    });
  }

  /** The query as it is sent. */
  applyTemplateVariables(query: AndonQuery, scopedVars: ScopedVars): AndonQuery {
    return forReader(interpolate(query, replacer(this.templates, scopedVars)));
  }

  /** Queries as Explore and new alert rules take them over: these may be saved, for readers of any language. */
  interpolateVariablesInQueries(queries: AndonQuery[], scopedVars: ScopedVars): AndonQuery[] {
    return queries.map((query) => interpolate(query, replacer(this.templates, scopedVars)));
  }

  /** The lists, with the values of variables in their parameters. */
  listsWith(scopedVars: ScopedVars): Lists {
    const replace = replacer(this.templates, scopedVars);
    return new Lists(
      (path, params) => this.getResource<unknown>(path, params, { showErrorAlert: false }),
      (text) => replace.list([text])[0] ?? '' // a list is of one place: the first
    );
  }

  /** What works and what does not, part by part. */
  async testDatasource() {
    const health = await this.callHealthCheck();
    return {
      status: health.status === HealthStatus.OK ? 'success' : 'error',
      message: messageOf(health),
      details: { verboseMessage: reportOf(health.details) },
    };
  }
}

/** As the back end judges it: a bridge's address, and not a word of AWS. */
function namesBoardAlone(settings: Partial<Settings>): boolean {
  const { authType, profile, assumeRoleArn, externalId, defaultRegion, endpoint, endpoints, accounts } = settings;
  const texts = [authType, profile, assumeRoleArn, externalId, defaultRegion, endpoint];
  const some = texts.some(Boolean) || Object.keys(endpoints ?? {}).length > 0 || (accounts ?? []).length > 0;
  return Boolean(settings.bridgeUrl) && !some;
}

export function isAlerting(app: CoreApp | string | undefined): boolean {
  return app === CoreApp.UnifiedAlerting || app === CoreApp.CloudAlerting;
}
