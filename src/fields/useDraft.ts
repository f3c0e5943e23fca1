import { useState } from 'react';

/**
 * Text that is being typed. It stays in its field until the user is done
 * (blur or Enter), so that a keystroke renders the field alone and no panel
 * runs with half a word.
 */
export function useDraft(value: string, commit: (text: string) => void) {
  const [draft, setDraft] = useState<string>();
  const done = () => {
    if (draft !== undefined && draft !== value) {
      commit(draft);
    }
    setDraft(undefined);
  };
  return { text: draft ?? value, type: setDraft, done };
}
