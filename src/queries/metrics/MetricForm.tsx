import { t } from '@grafana/i18n';
import { ListField, OpenChoiceField, Row, SwitchField } from '../../fields';
import type { EditorProps } from '../type';
import { DimensionRows } from './DimensionRows';
import type { MetricsQuery } from './types';

const statistics = ['Average', 'Maximum', 'Minimum', 'Sum', 'SampleCount', 'p50', 'p90', 'p95', 'p99', 'tm95', 'IQM'];

export function MetricForm(props: EditorProps<MetricsQuery>) {
  const { query, lists, change, problem } = props;
  const { account, region, namespace } = query;
  return (
    <>
      <Row>
        <ListField
          required
          label={t('metrics.namespace.label', 'Namespace')}
          value={namespace}
          list={{ lists, name: 'namespaces', params: { account, region } }}
          error={problem('namespace')}
          onChange={(chosen) => change({ namespace: chosen })}
        />
        <ListField
          required
          label={t('metrics.metric.label', 'Metric')}
          value={query.metricName}
          list={{ lists, name: 'metrics', params: { account, region, namespace } }}
          error={problem('metricName')}
          onChange={(metricName) => change({ metricName })}
        />
        <OpenChoiceField
          width="short"
          label={t('metrics.statistic.label', 'Statistic')}
          sample="Average"
          value={query.statistic}
          options={statistics.map((value) => ({ value, label: value }))}
          error={problem('statistic')}
          onChange={(statistic) => change({ statistic })}
        />
      </Row>
      <DimensionRows {...props} />
      <SwitchField
        width="wide"
        label={t('metrics.exact.label', 'These dimensions only')}
        description={t('metrics.exact.description', 'Off: also metrics that have further dimensions')}
        value={query.matchExact !== false}
        onChange={(on) => change({ matchExact: on ? undefined : false })}
      />
    </>
  );
}
