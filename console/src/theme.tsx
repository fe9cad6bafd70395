import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';

const THEMES = ['system', 'light', 'dark'] as const;
const KEPT_AS = 'console-theme';

const apply = (theme: string) => {
  document.documentElement.dataset.theme = theme;
};

/** Follows the system unless it is told otherwise, and remembers that. */
export function ThemeSwitch() {
  const theme = useSignal(localStorage.getItem(KEPT_AS) ?? 'system');
  useEffect(() => apply(theme.value), []);
  return (
    <label class="theme">
      <span class="quiet">Theme</span>{' '}
      <select
        value={theme.value}
        onChange={({ currentTarget: { value } }) => {
          theme.value = value;
          localStorage.setItem(KEPT_AS, value);
          apply(value);
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
