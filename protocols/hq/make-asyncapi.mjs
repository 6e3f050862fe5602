// `npm run docs`: writes asyncapi.yaml, made from code and the contract.
import { readFileSync, writeFileSync } from 'node:fs';
import { asyncApiText } from './asyncapi.ts';

const file = (name) => new URL(name, import.meta.url);
writeFileSync(file('asyncapi.yaml'), asyncApiText(readFileSync(file('liuhen.proto'), 'utf8')));
process.stdout.write('protocols/hq/asyncapi.yaml\n');
