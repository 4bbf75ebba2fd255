// The program `judge`, which asks src/core about URLs.

import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

function encode(urls) {
    const parts = [];

    for (const url of urls) {
        const size = Buffer.alloc(4);
        size.writeUInt32LE(url.length);
        parts.push(size, url);
    }
    return Buffer.concat(parts);
}

// A line of its output. `ignored` and `compared` are the entries that allow
// the URL where queries are ignored and where they are compared, or "".
function decode(line) {
    const [rule, ignored, compared, text, scheme, host, port, path, query,
        fragment] = line.split('\t');

    return {
        rule: Number(rule), ignored, compared, text, scheme, host, port, path,
        query, fragment,
    };
}

export class Judge {
    constructor(program, entries) {
        this.process = spawn(program, entries,
            { stdio: ['pipe', 'pipe', 'inherit'] });
        this.lines = createInterface({ input: this.process.stdout })[
            Symbol.asyncIterator]();
        this.process.stdin.on('error', () => {});
        this.exit = new Promise((resolve) => {
            this.process.on('exit', (code, signal) => {
                resolve(signal ?? code);
            });
        });
    }

    // The verdicts on `urls`, which are Buffers.
    async judge(urls) {
        const verdicts = [];

        this.process.stdin.write(encode(urls));
        while (verdicts.length < urls.length) {
            const { value, done } = await this.lines.next();
            if (done) {
                throw new Error(`judge ended: ${await this.exit}`);
            }
            verdicts.push(decode(value));
        }
        return verdicts;
    }

    // Its exit code or signal.
    async close() {
        this.process.stdin.end();
        return this.exit;
    }
}
