// Puts small faults into a copy of the return-URL code, one at a time, and
// shows that the unit tests notice each.
//
//   mutate.mjs --build DIRECTORY [--only TEXT] [--cxx COMPILER]
//
// DIRECTORY has the objects of the core in core/, from `make unit`. The
// environment gives FLAGS for compiling and LIBS for linking.

import { spawnSync } from 'node:child_process';
import {
    cpSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync,
    writeFileSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { parseArgs } from 'node:util';

import { faults } from './faults.mjs';

const { values: options } = parseArgs({
    options: {
        build: { type: 'string' },
        unit: { type: 'string' },
        only: { type: 'string', default: '' },
        cxx: { type: 'string', default: 'g++' },
    },
});

const { build } = options;
const flags = process.env.FLAGS.split(/\s+/).filter(Boolean);
const libraries = process.env.LIBS.split(/\s+/).filter(Boolean);
const tests = ['test_url', 'test_allowlist', 'test_clients'];

// A fault can make a loop endless.
const timeout = 20000;

function run(command, argv, settings = {}) {
    return spawnSync(command, argv, { encoding: 'utf8', ...settings });
}

function mustRun(command, argv) {
    const result = run(command, argv);

    if (result.status !== 0) {
        throw new Error(`${command} ${argv.join(' ')}\n${result.stderr}`);
    }
}

function readCore(name) {
    return readFileSync(`src/core/${name}`, 'utf8');
}

// The files that a fault changes, with their changed texts.
function apply([name, ...edits]) {
    const changed = new Map();

    for (let i = 0; i < edits.length; i += 3) {
        const [file, from, to] = edits.slice(i, i + 3);
        const text = changed.get(file) ?? readCore(file);
        const count = text.split(from).length - 1;
        if (count !== 1) {
            throw new Error(`"${name}" does not apply: ${file} holds ${
                count} times ${JSON.stringify(from)}`);
        }
        changed.set(file, text.replace(from, () => to));
    }
    return changed;
}

// The sources to compile again when these files change.
function affected(files) {
    const sources = readdirSync('src/core', { recursive: true })
        .filter((file) => file.endsWith('.cpp'));

    return sources.filter((source) => files.has(source)
        || [...files.keys()].some((file) => file.endsWith('.hpp')
            && readCore(source).includes(`"core/${file}"`)));
}

function compile(source, object) {
    mkdirSync(dirname(object), { recursive: true });
    return run(options.cxx, [...flags, '-w', `-I${build}/src`, '-c', '-o',
        object, source]);
}

// Links the tests with the changed objects; the others are those of the unit
// tests.
function link(test, changedObjects) {
    const changed = new Set(changedObjects);
    const objects = readdirSync(`${options.unit}/core`, { recursive: true })
        .filter((file) => file.endsWith('.o'))
        .map((file) => (changed.has(file) ? `${build}/objects/${file}`
            : `${options.unit}/core/${file}`));

    return run(options.cxx, [...flags, '-o', `${build}/${test}`,
        `${build}/${test}.o`, ...objects, ...libraries]);
}

// The first test that fails, or undefined: the fault survives.
function killer(objects) {
    for (const test of tests) {
        const linked = link(test, objects);
        if (linked.status !== 0) {
            throw new Error(linked.stderr);
        }
        const result = run(`${build}/${test}`, [], { timeout });
        if (result.status !== 0) {
            const failed = /^not ok \d+ - (.*)$/m.exec(result.stdout ?? '');
            return `${test} ${failed?.[1] ?? result.signal ?? 'ends'}`;
        }
    }
    return undefined;
}

function tryFault(fault) {
    const files = apply(fault);
    const sources = affected(files);
    const objects = sources.map((file) => file.replace(/\.cpp$/, '.o'));

    rmSync(`${build}/src`, { recursive: true, force: true });
    cpSync('src', `${build}/src`, { recursive: true });
    for (const [file, text] of files) {
        writeFileSync(`${build}/src/core/${file}`, text);
    }
    for (const source of sources) {
        const result = compile(`${build}/src/core/${source}`,
            `${build}/objects/${source.replace(/\.cpp$/, '.o')}`);
        if (result.status !== 0) {
            throw new Error(`"${fault[0]}" does not compile:\n${
                result.stderr}`);
        }
    }
    return killer(objects);
}

function prepare() {
    mkdirSync(`${build}/objects`, { recursive: true });
    for (const test of tests) {
        mustRun(options.cxx, [...flags, '-w', '-Isrc', '-It/unit', '-c',
            '-o', `${build}/${test}.o`, `t/unit/${test}.cpp`]);
    }
    if (!existsSync(`${options.unit}/core`)) {
        throw new Error(`${options.unit}/core is missing: run make unit`);
    }
    const kill = killer([]);
    if (kill !== undefined) {
        throw new Error(`the tests fail without a fault: ${kill}`);
    }
}

const chosen = faults.filter(([name]) => name.includes(options.only));
let survivors = 0;

prepare();
console.log(`1..${chosen.length}`);
chosen.forEach((fault, i) => {
    let killed;
    let problem = 'it survives';
    try {
        killed = tryFault(fault);
    } catch (error) {
        problem = error.message;
    }
    if (killed === undefined) {
        survivors += 1;
        console.log(`not ok ${i + 1} - ${fault[0]}`);
        console.log(problem.replace(/^/gm, '# '));
    } else {
        console.log(`ok ${i + 1} - ${fault[0]} (${killed})`);
    }
});
process.exitCode = survivors === 0 ? 0 : 1;
