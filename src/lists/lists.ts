import type { ComboboxOption } from '@grafana/ui';

/** The lists that the back end serves as resources. */
export const listNames = [
  'regions',
  'accounts',
  'namespaces',
  'metrics',
  'dimension-keys',
  'dimension-values',
  'log-groups',
  'alarms',
  'resource-types',
  'rules',
] as const;

export type ListName = (typeof listNames)[number];

export type ListParams = Record<string, string | number | undefined>;

export interface Item {
  value: string;
  label?: string;
  description?: string;
}

interface Page {
  items: Item[];
  /** Where the next page starts. */
  next?: string;
  /** AWS has more than the back end has read. */
  truncated?: boolean;
}

export interface Found {
  items: Item[];
  /** There is more than was read: a search narrows it. */
  more: boolean;
}

/** Reads a resource of the data source. */
export type GetResource = (path: string, params: ListParams) => Promise<unknown>;

const pageSize = 500;
const mostPages = 4; // more are of no use in a menu: one searches instead

/** Reads the lists that fields and variables choose from. */
export class Lists {
  constructor(
    private readonly get: GetResource,
    /** Puts the values of variables into parameters. */
    private readonly replace: (text: string) => string
  ) {}

  /** The items that contain the search text, page by page up to most of them. */
  async read(name: ListName, params: ListParams, search = '', most = pageSize * mostPages): Promise<Found> {
    const asked = this.filled({ ...params, search, limit: Math.min(pageSize, most) });
    const items: Item[] = [];
    let from: string | undefined;
    for (;;) {
      const page = toPage(await this.get(name, from ? { ...asked, from } : asked));
      items.push(...page.items);
      from = page.next;
      if (!from || items.length >= most) {
        return { items: items.slice(0, most), more: from !== undefined || page.truncated === true };
      }
    }
  }

  private filled(params: ListParams): ListParams {
    const out: ListParams = {};
    for (const [name, value] of Object.entries(params)) {
      if (value !== undefined && value !== '') {
        out[name] = typeof value === 'string' ? this.replace(value) : value;
      }
    }
    return out;
  }
}

function toPage(answer: unknown): Page {
  const page = answer as Partial<Page> | null;
  return { items: page?.items ?? [], next: page?.next || undefined, truncated: page?.truncated };
}

export function toOption(item: Item): ComboboxOption {
  return { value: item.value, label: item.label || item.value, description: item.description || undefined };
}

/** What a failed call says, as the back end worded it. */
export function reasonOf(error: unknown): string {
  if (typeof error === 'object' && error !== null) {
    const { data, message, statusText } = error as {
      data?: { message?: string };
      message?: string;
      statusText?: string;
    };
    return data?.message || message || statusText || '';
  }
  return String(error);
}
