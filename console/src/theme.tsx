import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';

const THEMES = ['system', 'light', 'dark'] as const;
const KEPT_AS = 'console-theme';

/** Follows the system unless it is told otherwise, and remembers that. */
export function ThemeSwitch() {
  const theme = useSignal(localStorage.getItem(KEPT_AS) ?? 'system');
  useEffect(() => {
    document.documentElement.dataset.theme = theme.value;
    localStorage.setItem(KEPT_AS, theme.value);
  }, [theme.value]);
  return (
    <label class="theme">
      <span class="quiet">Theme</span>{' '}
      <select
        value={theme.value}
        onChange={({ currentTarget }) => {
          theme.value = currentTarget.value;
        }}
      >
        {THEMES.map((name) => (
          <option key={name} value={name}>
            {name}
          </option>
        ))}
      </select>
    </label>
  );
}
