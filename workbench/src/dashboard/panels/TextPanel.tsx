import { renderTextPanelMarkdown, textUtil } from '@grafana/data';
import { templates } from '../../grafana/templates';
import type { PanelProps } from './props';

interface Options {
  mode?: 'markdown' | 'html' | 'code';
  content?: string;
}

export function TextPanel({ panel, scopedVars }: PanelProps) {
  const { mode = 'markdown', content = '' } = (panel.options ?? {}) as Options;
  const text = templates.replace(content, scopedVars, 'html');
  if (mode === 'code') {
    return <pre>{text}</pre>;
  }
  const html = mode === 'html' ? textUtil.sanitizeTextPanelContent(text) : renderTextPanelMarkdown(text);
  return <div className="markdown-html" dangerouslySetInnerHTML={{ __html: html }} />;
}
