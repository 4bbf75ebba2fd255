// Return URLs, good ones and their mutations, from a seed.

// A small generator of random numbers (mulberry32).
function random(seed) {
    let state = seed >>> 0;

    return () => {
        state = (state + 0x6d2b79f5) >>> 0;
        let t = state;
        t = Math.imul(t ^ (t >>> 15), t | 1);
        t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
        return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
    };
}

const schemes = [
    'https:', 'https:', 'https:', 'http:', 'HTTPS:', 'hTTp:', '', '',
    'com.example.app:', 'javascript:', 'data:', 'file:', 'ftp:', 'ws:',
    'blob:https:', 'view-source:https:', 'about:', 'myapp:', 'https', 'ht\ttps:',
    ' https:', '\u0000https:', 'https%3a', 'intent:', 'vbscript:',
    'chrome-extension:', 'ms-msdt:', '\ufeffhttps:',
];

const slashes = [
    '//', '//', '//', '//', '//', '//', '', '/', '///', '\\\\', '/\\', '\\/',
    '/\t/', '//\\', '//./', '////', '%2f%2f', '/\n/', '//\r', '// ',
];

const userinfos = [
    '', '', '', '', '', '', '', 'user@', 'user:pw@', '@', ':@', 'a%40b@', '\\@',
    'app.example.com@', 'app.example.com:443@', 'app.example.com%2f@', '#@',
    '?@', 'app.example.com\\@', 'app.example.com;@', 'app.example.com/@',
];

const hosts = [
    'app.example.com', 'app.example.com', 'APP.example.COM',
    'pr-1.preview.example.com', 'a.wild.example.com', 'app.example.test',
    'default.example.net', '127.0.0.1', '[::1]', 'localhost',
    'xn--bcher-kva.example', '203.0.113.7', '[2001:db8::7]', '[2001:DB8:0::7]',
    'evil.example', 'app.example.com.evil.example', 'app.example.com.',
    '.app.example.com', 'app..example.com', 'xapp.example.com', 'example.com',
    'preview.example.com', 'a.b.preview.example.com', '*.preview.example.com',
    '-a.preview.example.com', 'a-.preview.example.com',
    'a_b.preview.example.com', 'xn--a.preview.example.com',
    'xn--app-.preview.example.com', 'xn--bcher-kva.preview.example.com',
    'b\u00fccher.example', '\uff41pp.example.com', 'app\u3002example.com',
    'app\uff0eexample.com', 'app.example.com\u00ad', 'app\u200d.example.com',
    '\u2460.example.com', 'fa\u00df.example', '\u0130.example.com',
    'app%2eexample.com', 'app.example.com%00', 'app.example.com%2fevil.example',
    '127.1', '127.0.0.1.', '0177.0.0.1', '0x7f.0.0.1', '2130706433', '0x7f000001',
    '127.0.0.1.example', '127.0.0.01', '256.0.0.1', '1.2.3', '1.2.3.4.5', '0',
    '0x', '1.2.3.0x4', 'a.1', '1.2.3.4a', '\u0661\u0662\u0667.0.0.1',
    '[::ffff:127.0.0.1]', '[0:0:0:0:0:0:0:1]', '[::1%25eth0]', '[::1%eth0]',
    '[1::2::3]', '[::]', '[::127.0.0.1]', '[0000::0001]', '[12345::]', '[::1',
    '::1', '[v1.a]', '[1:2:3:4:5:6:7:8]', '[1:2:3:4:5:6:7::]', '[]',
    '', 'a'.repeat(63) + '.example', 'a'.repeat(64) + '.example',
    'a!b.example', 'a$b', 'a,b', "a'b", 'a(b', 'a*b', 'a~b', 'a^b', 'a|b',
    'a<b', 'a"b', 'a{b', 'a`b', 'a b', 'a\tb', 'a&b', 'a=b', 'a;b', 'a+b',
    'app.example.com\u0000', 'app.example.com\u0000.evil.example',
];

const ports = [
    '', '', '', '', ':443', ':80', ':8443', ':18444', ':3000', ':', ':0',
    ':0443', ':00080', ':65535', ':65536', ':99999999999', ':-1', ':+443', ':4 43',
    ':443a', ':\t443', ':443\\', ':%34', ':\u0664', ':443:443', ':1',
];

const paths = [
    '', '/', '/bye', '/bye', '/bye/', '/docs/', '/docs/a/b', '/docs/a', '/docs',
    '/callback', '/frag', '/account/', '/account/x', '/after', '/ip', '/ip6/x', '/x',
    '/signed-out', '/docs/../bye', '/docs/./a', '/docs/%2e%2e/bye',
    '/docs/%2E/a', '/docs/.%2e/a', '/docs/..;/a', '/docs/..;x=y/a',
    '/docs/a%2fb', '/docs/a%5cb', '/docs/a\\b', '/docs/..%2f..%5c',
    '/docs/%252e%252e/', '/docs/a;b', '/docs/a%3bb', '/docs/%00', '/docs/%0d%0a',
    '/docs/%c0%ae%c0%ae/', '/docs/%e0%80%ae', '/docs/%c3%a9', '/docs/%C3%A9',
    '/docs/%ff', '/docs/%ed%a0%80', '/docs/%f0%9f%98%80', '/docs/%u002e',
    '/docs/%', '/docs/%2', '/docs/%zz', '/docs/\u00e9', '/docs/a b', '/docs/a\tb',
    '/docs/[a]', '/docs/a|b', '/docs/{a}', '/docs/a^b', '/docs/a`b', '/docs/<a>',
    '/docs/"a"', "/docs/'a'", '/docs//a', '//docs/a', '/docs/...', '/docs/.a',
    '/docs/a.', '/docs/%7f', '/docs/%7e', '/docs/@', '/docs/:a', '/docs/!$&()*+,=',
    '/%2e%2e/bye', '/account/%2f%2fevil.example', '/account//evil.example',
    '/account/https://evil.example/', '/bye;x', '/bye%3f', '/bye%23', '/ bye',
    '\\bye', '/\\evil.example', '/.//evil.example', '/%09/evil.example',
    '/%2f/evil.example', '/%5cevil.example', '/..//evil.example',
];

const queries = [
    '', '', '', '', '?', '?x=1', '?x=1&y=\u00f8 z', '?x=%c3%b8+z', "?a='b'",
    '?a[]=1', '?a={b}', '?a|b', '?a^b', '?a`b', '?a\\b', '?a"b', '?a<b>',
    '?next=//evil.example', '?u=https://evil.example/', '?@evil.example',
    '?/../', '?%', '?%00', '?%0a', '?a\nb', '?a\tb', '?\u0000', '? ', '?a ',
    '?\ud7ff\ue000\uffff', '?\ufeff', '?\u2028', '?\u0080', '?\u{10ffff}',
    '?a?b', '?%zz', '?%7F', '?*', '?;', '?~',
];

const fragments = [
    '', '', '', '', '', '', '#', '#f', '#a#b', "#'", '#`', '#\u00e9 b', '# ',
    '#/route?x=1', '#%', '#%00', '#\u0000', '#a\\b', '#@evil.example', '#a"b',
    '#<', '#{', '#[a]', '#\t',
];

const tokens = [
    '/', '//', '\\', '@', ':', '.', '..', '%', '%2e', '%2f', '%5c', '%00', '%09',
    '%25', '?', '#', ';', '\t', '\n', '\r', ' ', '\u0000', '\u000b', '\u007f',
    '\u00a0', '\u3002', '\uff0f', '\uff0e', '[', ']', '*', '-', '_', 'xn--', '0x',
    '0', '1', '255', '443', 'a', 'Z', '.evil.example', '@evil.example', "'", '"',
    '<', '|', '^', '`', '{', '\u00ad', '\u200b', '\u2024', '\u{1f600}', '%c0%ae',
    '+', '&', '=', '~', '!', '$', ',', '(', ')', '%20', '%3b', '%E2%82%AC',
];

export class Generator {
    constructor(seed, entries) {
        this.random = random(seed);
        this.entries = entries.map((entry) => entry
            .replace('://*.', '://pr-1.')
            .replace(':*', ':3000')
            .replace(/\/\*$/, '/a/b'));
    }

    below(count) {
        return Math.floor(this.random() * count);
    }

    pick(list) {
        return list[this.below(list.length)];
    }

    // The next URL, as a Buffer of any bytes.
    next() {
        const kind = this.below(1000);
        if (kind === 0) {
            return Buffer.alloc(0);
        }
        let text = kind < 450 ? this.pick(this.entries) : this.assemble();

        if (kind >= 980) {
            text += this.pick(['/', '?', '#']) + 'a'.repeat(this.below(2200));
        }
        let url = Buffer.from(text);
        for (let i = this.mutations(); i > 0; i -= 1) {
            url = this.mutate(url);
        }
        return url;
    }

    assemble() {
        const scheme = this.pick(schemes);
        const path = this.pick(paths) + this.pick(queries)
            + this.pick(fragments);

        if (scheme === '' && this.below(3) > 0) {
            return path;
        }
        return scheme + this.pick(slashes) + this.pick(userinfos)
            + this.pick(hosts) + this.pick(ports) + path;
    }

    mutations() {
        return this.pick([0, 0, 1, 1, 1, 2, 2, 3, 5]);
    }

    mutate(url) {
        const at = this.below(url.length + 1);
        const before = url.subarray(0, at);
        const after = url.subarray(at);

        switch (this.below(7)) {
        case 0:
            return Buffer.concat([before, after.subarray(1)]);
        case 1:
            return Buffer.concat([before, Buffer.from([this.below(256)]),
                after]);
        case 2:
            return Buffer.concat([before, Buffer.from([this.below(256)]),
                after.subarray(1)]);
        case 3:
            return this.flipCase(url, at);
        case 4:
            return Buffer.concat([before, Buffer.from(this.pick(tokens)),
                after.subarray(this.below(3))]);
        case 5:
            return Buffer.concat([before, Buffer.from(this.assemble())]);
        default:
            return Buffer.concat([before, Buffer.from(this.pick(tokens)),
                after]);
        }
    }

    flipCase(url, at) {
        const copy = Buffer.from(url);

        if (at < copy.length && /[a-z]/i.test(String.fromCharCode(copy[at]))) {
            copy[at] ^= 0x20;
        }
        return copy;
    }
}
