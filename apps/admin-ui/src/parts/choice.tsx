import { Radio, Stack } from '@mantine/core';

/** One of a few, each with what it means. */
export function Choice<K extends string>({
  label,
  table,
  value,
  onChange,
  error,
}: {
  label: string;
  table: Readonly<Record<K, { readonly label: string; readonly meaning: string }>>;
  /** `undefined`: nothing was chosen yet. */
  value: K | undefined;
  onChange: (chosen: K) => void;
  error?: string | undefined;
}) {
  return (
    <Radio.Group
      label={label}
      value={value ?? null}
      onChange={(chosen) => onChange(chosen as K)}
      error={error}
    >
      <Stack gap="xs" mt={6} maw={720}>
        {(Object.keys(table) as K[]).map((each) => (
          <Radio key={each} value={each} label={table[each].label} description={table[each].meaning} />
        ))}
      </Stack>
    </Radio.Group>
  );
}
