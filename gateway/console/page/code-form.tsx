// A tablet is asked for the page's code once; the server remembers it in a cookie that no script can read.
import { enterCode } from './ask.ts';
import { connect } from './live.ts';
import { Refused } from './open-panel.tsx';
import { Field } from './papers.tsx';
import { useState } from './preact.ts';
import type { Said } from './words.ts';

export function CodeForm({ words: { page } }: { words: Said }) {
  const [code, setCode] = useState('');
  const [refused, setRefused] = useState('');
  return (
    <form
      class="panel code"
      onSubmit={(event) => {
        event.preventDefault();
        void enterCode(code).then(({ refusal }) => {
          setCode('');
          setRefused(refusal?.text ?? '');
          return refusal ? undefined : connect();
        });
      }}
    >
      <Field label={page.code} value={code} secret onChange={setCode} />
      <Refused text={refused} />
      <button type="submit" class="primary">
        {page.codeSend}
      </button>
    </form>
  );
}
