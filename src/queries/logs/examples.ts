import { t } from '@grafana/i18n';
import type { Example } from '../type';
import type { LogsQuery } from './types';

/** Queries to start from, over the log groups that are chosen already. */
export function examples({ logGroups = [] }: LogsQuery): Array<Example<LogsQuery>> {
  const insights = (title: string, ...lines: string[]) => ({
    title,
    query: { queryType: 'logs' as const, mode: 'insights' as const, logGroups, query: lines.join('\n| ') },
  });
  return [
    insights(
      t('logs.example.latest', 'Newest lines'),
      'fields @timestamp, @message',
      'sort @timestamp desc',
      'limit 100'
    ),
    insights(
      t('logs.example.errors', 'Errors, counted by 5 minutes'),
      'filter @message like /(?i)error|fail/',
      'stats count(*) as errors by bin(5m)'
    ),
    insights(
      t('logs.example.preauth', 'Failed SSH sign-ins by address (/var/log/secure)'),
      'filter @message like /preauth/',
      'parse @message /(?<address>\\d+\\.\\d+\\.\\d+\\.\\d+)/',
      'stats count(*) as attempts by address',
      'sort attempts desc',
      'limit 20'
    ),
    insights(
      t('logs.example.talkers', 'Most traffic (VPC flow logs)'),
      'stats sum(bytes) as total by srcAddr, dstAddr',
      'sort total desc',
      'limit 20'
    ),
    insights(
      t('logs.example.rejected', 'Rejected traffic, counted by 5 minutes (VPC flow logs)'),
      'filter action = "REJECT"',
      'stats count(*) as rejected by bin(5m)'
    ),
    {
      title: t('logs.example.filter', 'Lines with a word, without cost for what is scanned'),
      query: { queryType: 'logs', mode: 'filter', logGroups, pattern: 'preauth', limit: 100 },
    },
  ];
}
