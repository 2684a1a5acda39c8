import { ActionIcon, CopyButton, Tooltip } from '@mantine/core';
import { Fragment } from 'react';
import { CopyIcon, DoneIcon } from './icons.js';

/** Copies a value whole; `what` names it for those who do not see it. */
export function Copy({ value, what }: { value: string; what: string }) {
  return (
    <CopyButton value={value} timeout={2000}>
      {({ copied, copy }) => (
        <Tooltip label={copied ? 'Copied' : 'Copy'}>
          <ActionIcon
            variant="subtle"
            color="gray"
            size={26}
            onClick={copy}
            aria-label={copied ? `Copied ${what}` : `Copy ${what}`}
            style={{ color: 'var(--mantine-color-dimmed)', verticalAlign: 'middle' }}
          >
            {copied ? <DoneIcon size={15} /> : <CopyIcon size={15} />}
          </ActionIcon>
        </Tooltip>
      )}
    </CopyButton>
  );
}

/** A technical value, whole, with its copy button. */
export function Value({ children, what }: { children: string; what: string }) {
  return (
    <span>
      <span className="value">{children}</span> <Copy value={children} what={what} />
    </span>
  );
}

/** The same on the command line. */
export function CliLine({ line, label = 'On the command line' }: { line: string; label?: string }) {
  return (
    <div className="cli" role="group" aria-label={label}>
      <code>
        {line.split(' ').map((word, index) => (
          // A line may break between words, never inside of --an-option.
          <Fragment key={index}>
            {index > 0 && ' '}
            <span>{word}</span>
          </Fragment>
        ))}
      </code>
      <Copy value={line} what="as CLI" />
    </div>
  );
}
