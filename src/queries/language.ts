import { config } from '@grafana/runtime';
import type { AndonQuery } from '../types';

/** Of what the back end says: notices, errors, notes, and the statistics of the inspector. */
export const languages = ['en', 'ja'] as const;
export type Language = (typeof languages)[number];

/** Grafana's language of the user: en where it is neither. */
export function readersLanguage(): Language {
  return /^ja\b/i.test(config.bootData?.user?.language ?? '') ? 'ja' : 'en';
}

/** The query as it is sent for its reader. One that has a language keeps it; English needs none. */
export function forReader(query: AndonQuery): AndonQuery {
  const language = readersLanguage();
  return query.language || language === 'en' ? query : { ...query, language };
}
