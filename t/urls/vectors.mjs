// Judges the payloads of known attacks, and of the mistakes of the defences
// against them, with src/core.
//
//   vectors.mjs --judge PROGRAM --vectors FILE

import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';

import tap from '../lib/browser/tap.js';
import { Judge } from './judge.mjs';

const { values: options } = parseArgs({
    options: { judge: { type: 'string' }, vectors: { type: 'string' } },
});

const base = 'https://app.example.com/logout';

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

function* problemsOf(vector, verdict) {
    const { ignored: entry, text } = verdict;
    const allowed = verdict.rule === 0 && entry !== '';
    const browserOrigin = originInBrowser(vector.payload);

    if (decodeURIComponent(vector.wire) !== vector.payload) {
        yield 'payload and wire are not the same';
    }
    if (browserOrigin !== vector.browser_origin) {
        yield `a browser goes to ${browserOrigin}`;
    }
    if (vector.expect === 'reject' && allowed) {
        yield `allowed by ${entry}`;
    }
    if (vector.expect === 'accept' && !allowed) {
        yield `refused, grammar rule ${verdict.rule}`;
    }
    if (vector.expect === 'accept' && allowed && text !== vector.location) {
        yield `sent as ${text}`;
    }
}

const vectors = JSON.parse(readFileSync(options.vectors, 'utf8'));

for (const vector of vectors) {
    const judge = new Judge(options.judge, vector.entries);
    const [verdict] = await judge.judge([Buffer.from(vector.payload)]);

    await judge.close();
    tap.none([...problemsOf(vector, verdict)], `${vector.id} ${vector.ref}`);
    if (vector.refused_entry !== undefined) {
        tap.ok(refuses(vector.refused_entry),
            `${vector.id} nginx -t refuses "${vector.refused_entry}"`);
    }
}

process.exitCode = tap.finish();
