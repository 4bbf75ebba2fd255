// Compares what src/core says of return URLs with what browsers make of them.
//
//   differential.mjs --judge PROGRAM [--cases N] [--seed N]
//
// For every URL that the core accepts: the WHATWG parsers of Node and of
// whatwg-url read the URL as it was given and the core's canonical form as the
// same thing, the canonical form is what they would write, and RFC 3986 takes
// it apart in the same places. For every URL that a list allows: what the
// browser would open, from an https: and an http: page, is what the entry
// says. And nothing is refused that the grammar has room for.

import { createRequire } from 'node:module';
import { parseArgs } from 'node:util';

import tap from '../lib/browser/tap.js';
import { entries } from './entries.mjs';
import { Generator } from './generator.mjs';
import { Judge } from './judge.mjs';
import { isGoodUrl, permits } from './reference.mjs';

const { URL: SecondUrl } = createRequire(import.meta.url)('whatwg-url');

const { values: options } = parseArgs({
    options: {
        judge: { type: 'string' },
        cases: { type: 'string', default: '50000' },
        seed: { type: 'string', default: '1' },
    },
});

const bases = [
    'https://edge.example.org/logout?returnTo=x#y',
    'http://edge.example.org:8080/a/b/logout',
];

const batch = 5000;

// From UrlRule in src/core/url/url.hpp.
const ruleCount = 15;

const seen = {
    accepted: 0,
    rules: new Array(ruleCount).fill(0),
    ignored: new Map(entries.map((entry) => [entry, 0])),
    compared: new Map(entries.map((entry) => [entry, 0])),
};

function parse(Parser, text, base) {
    try {
        return new Parser(text, base);
    } catch {
        return undefined;
    }
}

function upperCaseEscapes(text) {
    return text.replace(/%[0-9a-f]{2}/gi, (escape) => escape.toUpperCase());
}

// RFC 3986, appendix B.
const rfc3986 = /^(([^:/?#]+):)?(\/\/([^/?#]*))?([^?#]*)(\?([^#]*))?(#(.*))?$/;

function checkParts(url, verdict) {
    const wanted = {
        protocol: `${verdict.scheme}:`,
        hostname: verdict.host,
        port: verdict.port,
        pathname: verdict.path,
        search: verdict.query === '?' ? '' : verdict.query,
        hash: verdict.fragment === '#' ? '' : verdict.fragment,
        username: '',
        password: '',
    };

    for (const [name, value] of Object.entries(wanted)) {
        if (url[name] !== value) {
            return `${name} is ${url[name]}, not ${value}`;
        }
    }
    return undefined;
}

function checkRfc3986({ text, scheme, host, port, path, query, fragment }) {
    const parts = rfc3986.exec(text);
    const authority = host + (port === '' ? '' : `:${port}`);
    const same = (parts[2] ?? '') === scheme && (parts[4] ?? '') === authority
        && parts[5] === path && (parts[6] ?? '') === query
        && (parts[8] ?? '') === fragment;

    return same ? undefined : 'RFC 3986 takes it apart differently';
}

function checkWithBase(Parser, input, verdict, baseText) {
    const base = new Parser(baseText);
    const url = parse(Parser, verdict.text, base.href);
    const given = parse(Parser, input.toString(), base.href);

    if (url === undefined || given === undefined) {
        // IDNA has more rules for xn-- labels than Punycode has
        return /(^|\.)xn--/.test(verdict.host) ? undefined : 'does not parse';
    }
    if (upperCaseEscapes(given.href) !== url.href) {
        return `given as ${given.href}, written as ${url.href}`;
    }
    if (verdict.scheme === '') {
        const origin = `${base.protocol}//${base.host}`;
        return url.href === origin + verdict.text ? undefined
            : `leads to ${url.href}`;
    }
    if (url.href !== verdict.text) {
        return `is written ${url.href}`;
    }
    return checkParts(url, verdict);
}

// The second parser is slow, and its bases differ for relative URLs only.
function checkAccepted(input, verdict) {
    for (const Parser of [URL, SecondUrl]) {
        const used = Parser === SecondUrl && verdict.scheme !== '' ? 1 : 2;
        for (const base of bases.slice(0, used)) {
            const problem = checkWithBase(Parser, input, verdict, base);
            if (problem !== undefined) {
                return `${Parser === URL ? 'Node' : 'whatwg-url'}: ${problem}`;
            }
        }
    }
    return checkRfc3986(verdict);
}

function checkAllowed(verdict, matching) {
    const entry = verdict[matching];
    const compared = matching === 'compared';

    for (const baseText of bases) {
        const base = new URL(baseText);
        const url = parse(URL, verdict.text, base);
        const may = url === undefined ? []
            : entries.filter((each) => permits(each, url, base, compared));

        if (entry !== '' && !may.includes(entry)) {
            return `${matching}: ${entry} does not permit ${url?.href}`;
        }
        if (entry === '' && may.length > 0) {
            return `${matching}: refused, but ${may[0]} permits ${url.href}`;
        }
    }
    return undefined;
}

function count(verdict) {
    seen.rules[verdict.rule] += 1;
    if (verdict.rule !== 0) {
        return;
    }
    seen.accepted += 1;
    for (const matching of ['ignored', 'compared']) {
        const entry = verdict[matching];
        if (entry !== '') {
            seen[matching].set(entry, seen[matching].get(entry) + 1);
        }
    }
}

// What is wrong with the core's verdict on `input`.
function check(input, verdict) {
    const good = isGoodUrl(input);

    count(verdict);
    if (good !== undefined && good !== (verdict.rule === 0)) {
        return verdict.rule === 0 ? 'accepted against the grammar'
            : `refused by rule ${verdict.rule} against the grammar`;
    }
    if (verdict.rule !== 0) {
        return undefined;
    }
    return checkAccepted(input, verdict) ?? checkAllowed(verdict, 'ignored')
        ?? checkAllowed(verdict, 'compared');
}

function* generated(cases, seed) {
    const generator = new Generator(seed, entries);

    for (let i = 0; i < cases; i += 1) {
        yield generator.next();
    }
}

// Every short mixture of what has fooled other parsers, behind a slash.
function* mixtures() {
    const parts = ['/', '\\', '\t', '.', '%2f', '%5c', '@', ' ', '\n', ';'];

    for (let number = 0; number < parts.length ** 4; number += 1) {
        let text = '';
        for (let rest = number; rest > 0;
            rest = Math.floor(rest / parts.length)) {
            text += parts[rest % parts.length];
        }
        yield Buffer.from(`/${text}evil.example`);
        yield Buffer.from(`https:${text}evil.example`);
        yield Buffer.from(`https://app.example.com${text}evil.example/bye`);
    }
}

async function compare(judge, inputs) {
    const problems = [];
    let queue = [];
    let total = 0;

    const flush = async () => {
        const verdicts = await judge.judge(queue);
        verdicts.forEach((verdict, i) => {
            const problem = check(queue[i], verdict);
            if (problem !== undefined) {
                problems.push([queue[i], problem]);
            }
        });
        total += queue.length;
        queue = [];
    };

    for (const input of inputs) {
        queue.push(input);
        if (queue.length === batch) {
            await flush();
        }
    }
    await flush();
    return { problems, total };
}

function printable([input, problem]) {
    return `${JSON.stringify(input.toString())} (${input.toString('hex')}): ${
        problem}`;
}

// A test that compares nothing proves nothing.
function unseen() {
    const missing = [];

    seen.rules.forEach((times, rule) => {
        if (times === 0) {
            missing.push(`no URL met rule ${rule}`);
        }
    });
    for (const matching of ['ignored', 'compared']) {
        for (const [entry, times] of seen[matching]) {
            if (times === 0) {
                missing.push(`no URL was allowed by ${entry} (${matching})`);
            }
        }
    }
    return missing;
}

const cases = Number(options.cases);
const seed = Number(options.seed);
const judge = new Judge(options.judge, entries);

const generatedUrls = await compare(judge, generated(cases, seed));
tap.none(generatedUrls.problems.map(printable),
    `${generatedUrls.total} generated URLs (seed ${seed})`);
console.log(`# ${seen.accepted} accepted`);

const mixtureUrls = await compare(judge, mixtures());
tap.none(mixtureUrls.problems.map(printable),
    `${mixtureUrls.total} mixtures of slashes, dots and controls`);

tap.none(unseen(), 'every rule and every entry was met');

const status = await judge.close();
tap.equal(status, 0, 'the judge ends well');
process.exitCode = tap.finish();
