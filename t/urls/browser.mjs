// Sends Chromium to logout locations of a real nginx, with the payloads of
// known attacks and with generated URLs, and looks where it lands.
//
//   browser.mjs --judge PROGRAM --module FILE --folder FOLDER [--cases N]
//               [--seed N] [--thorough]
//
// Every name and every port leads to that nginx, which answers with a page, so
// that the browser arrives wherever it is sent. The judge says what is to be
// allowed, the reference what a browser may then do. --thorough visits each case
// from an http: and an https: page, not from either in turn.

import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';

import servers from '../lib/browser/servers.js';
import tap from '../lib/browser/tap.js';
import { startEdge } from './edge.mjs';
import { entries } from './entries.mjs';
import { Generator } from './generator.mjs';
import { Judge } from './judge.mjs';
import { permits } from './reference.mjs';
import { startVisitor } from './visitor.mjs';

const { values: options } = parseArgs({
    options: {
        judge: { type: 'string' },
        module: { type: 'string' },
        folder: { type: 'string' },
        cases: { type: 'string', default: '20' },
        seed: { type: 'string', default: '1' },
        thorough: { type: 'boolean', default: false },
    },
});

const bases = ['https://edge.example.org/', 'http://edge.example.org/'];

// Other ports on which the entries have https:.
const tlsPorts = [8443, 18444];

function isAllowed(verdict) {
    return verdict.rule === 0 && verdict.ignored !== '';
}

function isWeb(url) {
    return ['http:', 'https:'].includes(url.protocol);
}

function withoutFragment(url) {
    return url.replace(/#.*$/, '');
}

// Where the browser was sent to is what an entry permits, and what was asked
// for is there.
function* problemsOfAllowed(visited, list, location, base) {
    const wanted = new URL(location, base);

    if (visited.asked !== withoutFragment(wanted.href)) {
        yield `sent to ${visited.asked}, not ${wanted}`;
    }
    if (!list.some((entry) => permits(entry, new URL(visited.asked),
        new URL(base), false))) {
        yield `no entry permits ${visited.asked}`;
    }
    if (!isWeb(wanted)) {
        // for another program, of which there is none
        if (visited.landed) {
            yield `landed at ${visited.at}`;
        }
        return;
    }
    // Chromium does not connect to some ports
    const unsafe = visited.problem?.includes('ERR_UNSAFE_PORT');
    if (!unsafe && !(visited.landed && visited.at === wanted.href)) {
        yield `at ${visited.at}: ${visited.problem ?? 'another page'}`;
    }
}

function* problemsOfRefused(visited) {
    if (visited.asked !== visited.from || visited.at !== visited.from) {
        yield `sent to ${visited.asked}, at ${visited.at}`;
    }
    if (visited.status !== 400) {
        yield `status ${visited.status}, ${visited.problem}`;
    }
}

async function tryCase(visitor, { name, list, number, wire, verdict }, base) {
    const from = new URL(`list${number}?returnTo=${wire}`, base).href;
    const visited = { from, ...await visitor.visit(from) };
    const problems = isAllowed(verdict)
        ? problemsOfAllowed(visited, list, verdict.text, base)
        : problemsOfRefused(visited);

    tap.none([...problems], `${name} from ${base}: ${
        isAllowed(verdict) ? 'allowed' : 'refused'}`);
}

function readVectors() {
    const path = new URL('redirect_vectors.json', import.meta.url);

    return JSON.parse(readFileSync(path, 'utf8'));
}

async function judgeOne(list, input) {
    const judge = new Judge(options.judge, list);
    const [verdict] = await judge.judge([input]);

    await judge.close();
    return verdict;
}

// The place of `list` among `lists`, where it is put if it is new.
function numberOf(list, lists) {
    const text = JSON.stringify(list);
    const found = lists.findIndex((known) => JSON.stringify(known) === text);

    return found >= 0 ? found : lists.push(list) - 1;
}

async function vectorCases(lists) {
    const cases = [];

    for (const { id, payload, wire, entries: list } of readVectors()) {
        cases.push({
            name: id, list, wire, number: numberOf(list, lists),
            verdict: await judgeOne(list, Buffer.from(payload)),
        });
    }
    return cases;
}

function escapeAll(bytes) {
    return [...bytes].map((byte) => `%${byte.toString(16).padStart(2, '0')}`)
        .join('');
}

// What asks for nothing leads to the default, and nginx has no room for the
// longest ones when each byte is escaped.
function isSuitable(input) {
    return input.length > 0 && input.length < 1000;
}

// As many allowed ones as refused ones, each once.
async function generatedCases(lists, count, seed) {
    const generator = new Generator(seed, entries);
    const judge = new Judge(options.judge, entries);
    const chosen = { allowed: new Map(), refused: new Map() };
    const number = numberOf(entries, lists);

    while (chosen.allowed.size < count || chosen.refused.size < count) {
        const input = generator.next();
        const [verdict] = await judge.judge([input]);
        const cases = isAllowed(verdict) ? chosen.allowed : chosen.refused;
        const wire = escapeAll(input);

        if (isSuitable(input) && cases.size < count) {
            cases.set(wire, {
                name: JSON.stringify(input.toString()), list: entries, number,
                wire, verdict,
            });
        }
    }
    await judge.close();
    return [...chosen.allowed.values(), ...chosen.refused.values()];
}

async function visitAll(visitor, cases) {
    tap.diagnose(`Chromium ${visitor.version}`);
    for (const [i, each] of cases.entries()) {
        for (const base of options.thorough ? bases : [bases[i % 2]]) {
            await tryCase(visitor, each, base);
        }
    }
}

async function main() {
    const lists = [];
    const cases = [
        ...await vectorCases(lists),
        ...await generatedCases(lists, Number(options.cases),
            Number(options.seed)),
    ];
    const edge = await startEdge(resolve(options.folder),
        resolve(options.module), lists);
    const visitor = await startVisitor(edge, tlsPorts);

    await visitAll(visitor, cases);
    await visitor.stop();
    tap.equal(await servers.quit(edge.nginx), 0, 'nginx ends well');
}

main().catch((error) => {
    tap.none([error.stack], 'the test itself');
}).finally(() => process.exit(tap.finish()));
