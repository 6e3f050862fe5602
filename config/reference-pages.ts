// The texts of the generated pages: settings.schema.json and reference.md from the schema, errors.md from the
// error table. make-reference.ts writes them, a test compares them.
import { errorTable } from './errors.ts';
import { settingsJsonSchema } from './settings-schema.ts';

interface SchemaNode {
  readonly type?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly properties?: Readonly<Record<string, SchemaNode>>;
  readonly required?: readonly string[];
  readonly items?: SchemaNode;
  readonly 'x-range'?: string;
  readonly 'x-unit'?: string;
  readonly 'x-reason'?: string;
}

/** File name below config/ -> text. */
export function referencePages(): Readonly<Record<string, string>> {
  return {
    'settings.schema.json': `${JSON.stringify(settingsJsonSchema(), null, 2)}\n`,
    'reference.md': referencePage(settingsJsonSchema()),
    'errors.md': errorsPage(),
  };
}

function referencePage(schema: SchemaNode): string {
  const rows: string[] = [];
  addRows(schema, '', rows);
  return `# Settings

Made from \`settings-schema.ts\` by \`npm run docs\`; change it there. One YAML file holds all settings; \`site.example.yaml\` is a complete one. Every fault in it is reported at once, with path, line and what is allowed. \`settings.schema.json\` gives editors the same knowledge.

| Setting | What it is | Allowed | Default | Why |
|---|---|---|---|---|
${rows.join('\n')}

## Credentials
A camera or the broker names its credentials; the user and password never stand in the settings, and a URL that holds them is refused. They are looked for in this order:
1. the environment: \`LIUHEN_CREDENTIAL_<NAME>=user:password\`, where \`<NAME>\` is the name in capitals with \`_\` for \`-\` (\`room-cameras\` is \`LIUHEN_CREDENTIAL_ROOM_CAMERAS\`); the first colon divides;
2. the file named by \`credentials.file\`. It must belong to the user of the service and have mode 0600; one that others can read is refused with the command that closes it.

\`\`\`yaml
room-cameras:
  username: recorder
  password: "the password"
\`\`\`

## Environment
| Variable | Meaning |
|---|---|
| \`LIUHEN_CREDENTIAL_<NAME>\` | credentials, \`user:password\` |
| \`LIUHEN_DATA\` | replaces \`data\` |
| \`LIUHEN_LOG\` | how much is logged: debug, info, warn or error; info unless set |
`;
}

function addRows(node: SchemaNode, prefix: string, rows: string[]): void {
  for (const [name, setting] of Object.entries(node.properties ?? {})) {
    const path = prefix === '' ? name : `${prefix}.${name}`;
    const inner = setting.properties ? setting : setting.items?.properties ? setting.items : undefined;
    const required = node.required?.includes(name) === true;
    const standard = setting.default === undefined || inner ? '' : `\`${shown(setting.default)}\``;
    const unit = setting['x-unit'] === undefined ? '' : ` (${setting['x-unit']})`;
    rows.push(
      `| ${[
        `\`${path}${setting.type === 'array' ? '[]' : ''}\``,
        setting.description ?? '',
        `${setting['x-range'] ?? ''}${unit}`,
        required ? 'required' : standard,
        setting['x-reason'] ?? '',
      ]
        .map((cell) => cell.replaceAll('|', '\\|'))
        .join(' | ')} |`,
    );
    if (inner) addRows(inner, setting.type === 'array' ? `${path}[]` : path, rows);
  }
}

function shown(value: unknown): string {
  if (Array.isArray(value)) return `[${value.join(', ')}]`;
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function errorsPage(): string {
  const rows = Object.entries(errorTable).map(([code, { en, zh }]) => {
    return `| \`${code}\` | ${[en, zh].map((text) => text.replaceAll('|', '\\|').replaceAll('\n', '<br>')).join(' | ')} |`;
  });
  return `# Errors

Made from \`errors.ts\` by \`npm run docs\`. The code is a contract: exit codes, feeds and tests name it. The words in braces are filled in.

| Code | English | 中文 |
|---|---|---|
${rows.join('\n')}
`;
}
