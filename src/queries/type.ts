import type { ReactElement } from 'react';
import type { Lists } from '../lists/lists';
import type { AndonQuery, Fields } from '../types';
import type { Replace } from './replace';

/** What a query is written for: each wants other defaults. */
export type Purpose = 'panel' | 'alert' | 'annotation' | 'variable';

/** A mistake in one field of a query, in the user's language. */
export interface Problem {
  /** As the query's JSON names it: "namespace", "filters[1].value". */
  field: string;
  text: string;
}

/** Whether an alert rule can use a query, and why. */
export interface Verdict {
  can: boolean;
  why: string;
}

/** What the last answer took: meta.custom.usage of its first frame. */
export interface Usage {
  calls?: Record<string, number>;
  cacheHits?: number;
  joined?: number;
  metricsBilled?: number;
  bytesScanned?: number;
  throttled?: number;
  costUSD?: number;
}

export interface Example<Q> {
  title: string;
  query: Fields<Q>;
}

export interface EditorProps<Q> {
  query: Q;
  purpose: Purpose;
  lists: Lists;
  /** Takes what has changed. The panel runs anew, so fields call it when the user is done, not at each key. */
  change(fields: Partial<Q>): void;
  /** What complete filled in and nobody has touched: a first choice takes its place. */
  suggested: Partial<Q>;
  /** What is wrong in a field, if something is. */
  problem(field: string): string | undefined;
}

/**
 * One query type: everything that the front end knows of it.
 *
 * All that take a query are methods: TypeScript then lets a QueryType of one
 * query stand in the registry as a QueryType of any. It is asked by the id of
 * the query at hand only, see queries/index.ts.
 */
export interface QueryType<Q extends AndonQuery = AndonQuery> {
  id: Q['queryType'];
  name(): string;
  summary(): string;
  /** What one has to know to write such a query. */
  help(): string;
  /** Whether account and region mean something to it. */
  hasScope: boolean;
  /** Whether it has the kind "annotations". */
  annotates: boolean;
  /** A query that shows something at once, without anything typed. */
  defaults(purpose: Purpose): Fields<Q>;
  /** What only the back end knows of such a query, as a log group that exists. */
  complete?(query: Q, lists: Lists): Promise<Partial<Q>>;
  /** Whether a field is missing without which there is nothing to ask. */
  isEmpty(query: Q): boolean;
  validate(query: Q): Problem[];
  alerting(query: Q): Verdict;
  /** What asking costs by AWS's list prices; usage is that of the last answer. */
  cost(query: Q, usage: Usage | undefined): string;
  interpolate(query: Q, replace: Replace): Q;
  examples(query: Q): Array<Example<Q>>;
  Editor(props: EditorProps<Q>): ReactElement;
}
