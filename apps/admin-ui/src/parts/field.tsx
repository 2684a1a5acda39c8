import { TextInput, type TextInputProps } from '@mantine/core';

interface FieldProps extends Omit<TextInputProps, 'onChange' | 'value'> {
  value: string;
  onChange: (text: string) => void;
  /** An id, a name in a certificate, an address: no keyboard may change it. */
  technical?: boolean;
}

/** A line of text that somebody types. */
export function Field({ onChange, technical = false, ...props }: FieldProps) {
  return (
    <TextInput
      {...props}
      onChange={({ currentTarget }) => onChange(currentTarget.value)}
      {...(technical && { autoCapitalize: 'off', spellCheck: false })}
    />
  );
}
