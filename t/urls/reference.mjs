// What return URLs and list entries mean, written a second time: as regular
// expressions over the whole text, and over what a WHATWG parser makes of it.
// Slow and plain on purpose.

const longest = 2048;

// No control characters: 00 to 1F, 7F.
const escape = '%(?:[2-6][0-9A-Fa-f]|7[0-9A-Ea-e]|[89A-Fa-f][0-9A-Fa-f])';
const unreserved = "A-Za-z0-9\\-._~";
const pathCharacter = `(?:[${unreserved}!$&'()*+,;=:@]|${escape})`;
const queryCharacter = `(?:[^\\x00-\\x1f\\x7f%#]|${escape})`;
const target = `(?:\\?${queryCharacter}*)?(?:#(?:${queryCharacter}|#)*)?`;

const relative = new RegExp(
    `^(?<path>/(?:${pathCharacter}(?:${pathCharacter}|/)*)?)${target}$`, 'u');
const web = new RegExp(
    '^(?<scheme>https?)://(?<host>[^/?#:@\\[\\]]+|\\[[^/?#@\\[\\]]*\\])'
    + `(?::(?<port>[0-9]*))?(?<path>(?:/(?:${pathCharacter}|/)*)?)${target}$`,
    'iu');
const privateUse = new RegExp(
    '^(?<scheme>[A-Za-z][A-Za-z0-9+.\\-]*):(?:'
    + '//(?:(?<host>[A-Za-z0-9._\\-]+)(?::(?<port>[0-9]*))?)?'
    + `(?<path>(?:/(?:${pathCharacter}|/)*)?)`
    + `|(?!//)(?<opaque>(?:${pathCharacter}|/)*))${target}$`, 'u');

const h16 = '[0-9a-f]{1,4}';
const octet = '(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])';
const ipv4 = `${octet}(?:\\.${octet}){3}`;
const ls32 = `(?:${h16}:${h16}|${ipv4})`;
const ipv6 = [ // RFC 3986, section 3.2.2
    `(?:${h16}:){6}${ls32}`,
    `::(?:${h16}:){5}${ls32}`,
    `(?:${h16})?::(?:${h16}:){4}${ls32}`,
    `(?:(?:${h16}:){0,1}${h16})?::(?:${h16}:){3}${ls32}`,
    `(?:(?:${h16}:){0,2}${h16})?::(?:${h16}:){2}${ls32}`,
    `(?:(?:${h16}:){0,3}${h16})?::${h16}:${ls32}`,
    `(?:(?:${h16}:){0,4}${h16})?::${ls32}`,
    `(?:(?:${h16}:){0,5}${h16})?::${h16}`,
    `(?:(?:${h16}:){0,6}${h16})?::`,
].join('|');
const ipv6Host = new RegExp(`^\\[(?:${ipv6})\\]$`, 'i');
const ipv4Host = new RegExp(`^${ipv4}$`);
const label = /^[a-z0-9_-]{1,63}$/i;
const number = /^(?:[0-9]+|0x[0-9a-f]*)$/i;

// Schemes that the tests use, by whether they can be listed.
const dangerousSchemes = new Set(['javascript', 'data', 'file', 'ftp', 'ws',
    'blob', 'view-source', 'about', 'intent', 'vbscript', 'chrome-extension',
    'ms-msdt']);
const harmlessSchemes = new Set(['com.example.app', 'myapp']);

function isGoodPort(port) {
    return port === undefined
        || (/^[1-9][0-9]{0,4}$/.test(port) && Number(port) <= 65535);
}

function isGoodHost(host) {
    if (host.startsWith('[')) {
        return ipv6Host.test(host);
    }
    const labels = host.split('.');
    if (host.length > 253 || !labels.every((part) => label.test(part))) {
        return false;
    }
    return !number.test(labels.at(-1)) || ipv4Host.test(host);
}

function hasDotSegment(path) {
    return path.split(/\/|%2f|%5c/i).some((segment) => {
        const name = segment.split(/;|%3b/i)[0].replace(/%2e/gi, '.');
        return name === '.' || name === '..';
    });
}

function decodeUtf8(bytes) {
    try {
        return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
            .decode(bytes);
    } catch {
        return undefined;
    }
}

function isGoodPrivateUse(parts) {
    const scheme = parts.scheme.toLowerCase();

    if (dangerousSchemes.has(scheme) || scheme === 'http'
        || scheme === 'https') {
        return false;
    }
    if (!isGoodPort(parts.port)
        || hasDotSegment(parts.path ?? parts.opaque)) {
        return false;
    }
    return harmlessSchemes.has(scheme) ? true : undefined;
}

// Whether the grammar accepts `bytes`; undefined where this reference does not
// say: xn-- labels, and schemes that it does not know.
export function isGoodUrl(bytes) {
    const text = decodeUtf8(bytes);
    if (text === undefined || bytes.length > longest || text.endsWith(' ')) {
        return false;
    }

    let parts = relative.exec(text)?.groups;
    if (parts !== undefined) {
        return !hasDotSegment(parts.path);
    }
    parts = web.exec(text)?.groups;
    if (parts !== undefined) {
        if (!isGoodHost(parts.host) || !isGoodPort(parts.port)
            || hasDotSegment(parts.path)) {
            return false;
        }
        return /(^|\.)xn--/i.test(parts.host) ? undefined : true;
    }
    parts = privateUse.exec(text)?.groups;
    return parts === undefined ? false : isGoodPrivateUse(parts);
}

function isAmbiguous(path) {
    if (/^\/|\/\/|;|%(2f|5c|25|3b)/i.test(path)) {
        return true;
    }
    try {
        decodeURIComponent(path);
        return false;
    } catch {
        return true;
    }
}

const entryParts = /^(?<scheme>[^:/]+):\/\/(?<host>\[[^\]]*\]|[^:/]*)(?::(?<port>[^/]*))?(?<path>\/[^?#]*)?(?<rest>.*)$/;

function permitsHost(pattern, host) {
    if (!pattern.startsWith('*.')) {
        return host === pattern;
    }
    const suffix = pattern.slice(1);
    return host.endsWith(suffix)
        && /^(?!xn--)[a-z0-9]([a-z0-9-]*[a-z0-9])?$/.test(
            host.slice(0, -suffix.length));
}

function permitsPath(pattern, path) {
    if (!pattern.endsWith('/*')) {
        return path === pattern;
    }
    const prefix = pattern.slice(0, -1);
    return path.startsWith(prefix) && !isAmbiguous(path.slice(prefix.length));
}

// "?query#fragment" of a serialized URL.
function restOf(href) {
    const begin = href.search(/[?#]/);
    return begin < 0 ? '' : href.slice(begin);
}

// Whether an entry of a list permits that a browser on `base` goes to `url`,
// an URL object.
export function permits(entry, url, base, compared) {
    const rest = compared ? restOf(url.href) : undefined;

    if (entry.startsWith('/')) {
        return url.protocol === base.protocol && url.host === base.host
            && permitsPath(entry, url.pathname)
            && (!compared || rest === '');
    }
    if (!/^https?:/.test(entry)) {
        const [wanted, got] = compared ? [entry, url.href]
            : [entry, url.href].map((text) => text.replace(/[?#].*$/, ''));
        return wanted === got;
    }

    const parts = entryParts.exec(entry).groups;
    const port = { 'http:80': '', 'https:443': '' }[
        `${parts.scheme}:${parts.port}`] ?? parts.port ?? '';
    return url.protocol === `${parts.scheme}:`
        && url.username === '' && url.password === ''
        && permitsHost(parts.host, url.hostname)
        && (port === '*' || url.port === port)
        && permitsPath(parts.path ?? '/', url.pathname)
        && (!compared || rest === parts.rest);
}
