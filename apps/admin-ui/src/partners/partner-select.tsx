import { Select } from '@mantine/core';
import { useList } from '../api/queries.js';

/** Chooses one of all partners. */
export function PartnerSelect({
  label,
  description,
  value,
  onChange,
  error,
}: {
  label: string;
  description: string;
  value: string;
  onChange: (partner: string) => void;
  error: string | undefined;
}) {
  const partners = useList('partners', { limit: '200' });
  return (
    <Select
      label={label}
      description={description}
      data={partners.items.map(({ id, name }) => ({ value: id, label: `${name} (${id})` }))}
      value={value === '' ? null : value}
      onChange={(chosen) => onChange(chosen ?? '')}
      error={error}
      searchable
    />
  );
}
