import type { Replace } from '../replace';

/** Several values of a variable mean one of them: as matchers have to hold all, only a regular expression can say so. */
export function interpolateMatcher(matcher: string, replace: Replace): string {
  if (replace.list([matcher]).length < 2) {
    return replace.text(matcher);
  }
  // Within quotes a backslash is written twice.
  const pattern = replace.pattern(matcher).replace(/\\/g, '\\\\');
  return pattern.replace(/^([^=!~]*)(!?)=(?!~)/, (_, label: string, not: string) => label + (not ? '!~' : '=~'));
}
