// What the workbench reads of a dashboard's JSON (Grafana's classic schema).
import type { AnnotationQuery, DataTransformerConfig, FieldConfigSource, TypedVariableModel } from '@grafana/data';
import type { DataQuery, DataSourceRef } from '@grafana/schema';

export interface Dashboard {
  uid: string;
  title: string;
  time?: { from: string; to: string };
  timezone?: string; // '': the reader's
  refresh?: string; // such as 10s; '': none
  panels?: Panel[];
  templating?: { list?: SavedVariable[] };
  annotations?: { list?: AnnotationQuery[] };
  links?: Link[];
}

export interface Panel {
  id: number;
  type: string;
  datasource?: DataSourceRef | null;
  title?: string;
  description?: string;
  gridPos: { x: number; y: number; w: number; h: number };
  targets?: DataQuery[];
  fieldConfig?: FieldConfigSource;
  options?: Record<string, unknown>;
  transformations?: DataTransformerConfig[];
  links?: Link[];
  maxDataPoints?: number | null;
  timeFrom?: string | null;
  repeat?: string;
  repeatDirection?: 'h' | 'v';
  collapsed?: boolean;
  panels?: Panel[]; // of a row that is closed
}

export interface Link {
  title: string;
  type?: 'link' | 'dashboards';
  url?: string;
  targetBlank?: boolean;
  keepTime?: boolean;
  includeVars?: boolean;
}

/** A variable as it is saved; what is there goes by its type. */
export interface SavedVariable {
  name: string;
  type: TypedVariableModel['type'];
  datasource?: DataSourceRef | null;
  label?: string | null;
  hide?: number;
  query?: unknown;
  regex?: string;
  sort?: number;
  multi?: boolean;
  includeAll?: boolean;
  allValue?: string | null;
  current?: { text?: string | string[]; value?: string | string[] };
}

/** The panels in the order of the screen; those of closed rows are open. */
export function panelsOf(dashboard: Dashboard): Panel[] {
  return (dashboard.panels ?? [])
    .flatMap((p) => (p.type === 'row' ? [p, ...(p.panels ?? [])] : [p]))
    .sort((a, b) => a.gridPos.y - b.gridPos.y || a.gridPos.x - b.gridPos.x);
}
