import type { AnnotationEvent, FieldConfigSource, PanelData, ScopedVars } from '@grafana/data';
import type { Panel } from '../model';

export interface PanelProps {
  panel: Panel;
  data: PanelData;
  fieldConfig: FieldConfigSource;
  scopedVars: ScopedVars;
  events: AnnotationEvent[];
  width: number;
  height: number;
}
