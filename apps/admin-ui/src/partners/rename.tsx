import { Button, Modal, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useRename } from '../api/queries.js';
import { fieldProblems, Form } from '../parts/form.js';

const LABELS = { name: 'Name' };

/** Gives a partner another name; the id stays. Refused if somebody changed the partner meanwhile. */
export function Rename({ id, name, etag }: { id: string; name: string; etag: string | undefined }) {
  const [opened, setOpened] = useState(false);
  const [typed, setTyped] = useState(name);
  const rename = useRename(id);
  const problems = fieldProblems(rename.error, Object.keys(LABELS));
  return (
    <>
      <Button variant="default" onClick={() => setOpened(true)}>
        Rename
      </Button>
      <Modal
        opened={opened}
        onClose={() => setOpened(false)}
        title={<strong>Rename {name}</strong>}
        closeButtonProps={{ 'aria-label': 'Close' }}
        centered
      >
        <Form
          submit="Rename"
          onSubmit={() =>
            rename.mutate({ name: typed, ifMatch: etag }, { onSuccess: () => setOpened(false) })
          }
          onCancel={() => setOpened(false)}
          pending={rename.isPending}
          error={rename.error}
          problems={problems}
          labels={LABELS}
        >
          <TextInput
            label="Name"
            description="The id stays as it is."
            data-autofocus
            value={typed}
            onChange={(event) => setTyped(event.currentTarget.value)}
            error={problems.fields['name']}
          />
        </Form>
      </Modal>
    </>
  );
}
