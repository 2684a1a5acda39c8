import { Button, FileButton, Group, Text, Textarea } from '@mantine/core';
import { useState, type ReactNode } from 'react';

/** The server takes 64 KiB; a certificate has two. */
const MAXIMUM_BYTES = 1024 * 1024;

const DESCRIPTION =
  'Paste PEM or a JWK Set, or drop or choose a file: PEM, DER, PKCS#7 (.p7b) or JWK Set. It is read in your browser; only the certificates are sent. Never paste a private key.';

/** Takes a certificate by paste, drop or file. A file is read here and never uploaded. */
export function CertificateInput({
  label,
  value,
  onChange,
  description = DESCRIPTION,
  error,
}: {
  label: string;
  value: string | Uint8Array;
  onChange: (input: string | Uint8Array) => void;
  description?: string;
  error?: string | undefined;
}) {
  const [fileName, setFileName] = useState<string>();
  const open = async (file: File | null | undefined) => {
    if (!file) return;
    const bytes = new Uint8Array(await file.slice(0, MAXIMUM_BYTES + 1).arrayBuffer());
    setFileName(file.name);
    // Shown if it is text, so that it can be looked at and mended.
    onChange(isText(bytes) ? new TextDecoder().decode(bytes) : bytes);
  };
  const binary = typeof value !== 'string';
  return (
    <DropZone onFile={(file) => void open(file)}>
      <Textarea
        className="code-area"
        label={label}
        description={description}
        placeholder="-----BEGIN CERTIFICATE-----"
        rows={8}
        spellCheck={false}
        autoComplete="off"
        value={binary ? '' : value}
        onChange={(event) => {
          setFileName(undefined);
          onChange(event.currentTarget.value);
        }}
        error={error}
      />
      <Group gap="sm" mt="xs">
        <FileButton onChange={(file) => void open(file)}>
          {(props) => (
            <Button variant="default" size="sm" {...props}>
              Choose file
            </Button>
          )}
        </FileButton>
        {fileName !== undefined && (
          <Text size="sm">
            {fileName}
            {binary && value.length > 0 && ` (binary, ${value.length} bytes)`}
          </Text>
        )}
      </Group>
    </DropZone>
  );
}

function DropZone({ onFile, children }: { onFile: (file: File | undefined) => void; children: ReactNode }) {
  const [over, setOver] = useState(false);
  return (
    <div
      className="drop"
      {...(over && { 'data-over': true })}
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => {
        event.preventDefault();
        setOver(false);
        onFile(event.dataTransfer.files[0]);
      }}
    >
      {children}
    </div>
  );
}

const isText = (bytes: Uint8Array): boolean => bytes.every((octet) => octet >= 9 && octet < 127);
