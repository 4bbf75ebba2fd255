// Judges the payloads of known attacks, and of the mistakes of the defences
// against them, with src/core.
//
//   vectors.mjs --judge PROGRAM --vectors FILE

import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';

import { Judge } from './judge.mjs';

const { values: options } = parseArgs({
    options: { judge: { type: 'string' }, vectors: { type: 'string' } },
});

const base = 'https://app.example.com/logout';

let testCount = 0;
let failed = false;

function report(name, problem) {
    testCount += 1;
    console.log(`${problem === undefined ? 'ok' : 'not ok'} ${testCount} - ${
        name}`);
    if (problem !== undefined) {
        console.log(`# ${problem}`);
        failed = true;
    }
}

function refuses(entry) {
    const run = spawnSync(options.judge,
        ['https://first.example.net/', entry], { input: '' });

    return run.status === 1;
}

// Where a browser would go, as the vectors write it.
function originInBrowser(payload) {
    try {
        const url = new URL(payload, base);
        return url.origin === 'null' ? url.protocol : url.origin;
    } catch {
        return 'unparsable';
    }
}

function problemOf(vector, verdict) {
    const { ignored: entry, text } = verdict;

    if (decodeURIComponent(vector.wire) !== vector.payload) {
        return 'payload and wire are not the same';
    }
    if (originInBrowser(vector.payload) !== vector.browser_origin) {
        return `a browser goes to ${originInBrowser(vector.payload)}`;
    }
    if (vector.expect === 'reject') {
        return verdict.rule === 0 && entry !== '' ? `allowed by ${entry}`
            : undefined;
    }
    if (verdict.rule !== 0 || entry === '') {
        return `refused, grammar rule ${verdict.rule}`;
    }
    return text === vector.location ? undefined : `sent as ${text}`;
}

const vectors = JSON.parse(readFileSync(options.vectors, 'utf8'));

for (const vector of vectors) {
    const judge = new Judge(options.judge, vector.entries);
    const [verdict] = await judge.judge([Buffer.from(vector.payload)]);

    await judge.close();
    report(`${vector.id} ${vector.ref}`, problemOf(vector, verdict));
    if (vector.refused_entry !== undefined) {
        report(`${vector.id} nginx -t refuses "${vector.refused_entry}"`,
            refuses(vector.refused_entry) ? undefined : 'it does not');
    }
}

console.log(`1..${testCount}`);
process.exitCode = failed ? 1 : 0;
