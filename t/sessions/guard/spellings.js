// A copied cookie, spelled in other ways: Cookie headers, each with what was
// done to it. Some are read by some applications as the copy itself; whoever
// sends one of an ended session must be nobody.

const digits
    = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

const hex = (text, prefix, base) => [...text].map((c) =>
    prefix + c.charCodeAt(0).toString(base).padStart(base === 8 ? 3 : 2, '0'))
    .join('');

function insert(text, at, what) {
    return text.slice(0, at) + what + text.slice(at);
}

// Where a part ends: before separators, and at the end.
function ends(value) {
    return [...value.matchAll(/(?:=|%3D)*(?:[.*~:;]|--|%3B|$)/gi)]
        .map(({ index }) => index).filter((index) => index > 0);
}

function otherBits(value, at) {
    const alphabet = `${digits}${/[-_]/.test(value) ? '-_' : '+/'}`;
    const number = alphabet.indexOf(value[at - 1]);

    return number < 0 ? [] : [1, 2, 3, 5, 8, 12, 15].map((bits) =>
        value.slice(0, at - 1) + alphabet[number ^ bits] + value.slice(at));
}

function* valuesOf(value) {
    const last = value.length - 12;
    const middle = Math.floor(value.length / 2);

    yield ['as it is', value];
    yield ['in quotes', `"${value}"`];
    yield ['in quotes, octal', `"${hex(value[0], '\\', 8)}${value.slice(1)}"`];
    yield ['in quotes, all octal', `"${hex(value, '\\', 8)}"`];
    yield ['in quotes, a backslash', `"${insert(value, 3, '\\')}"`];
    yield ['in quotes, with a semicolon', `"${insert(value, last, ';')}"`];
    yield ['escaped', hex(value, '%', 16)];
    yield ['escaped, the first', hex(value[0], '%', 16) + value.slice(1)];
    yield ['escaped, the last',
        value.slice(0, -1) + hex(value.slice(-1), '%', 16)];
    yield ['escapes in lower case', value.replace(/%../g, (e) =>
        e.toLowerCase())];
    yield ['escapes undone', value.replace(/%(?!3B)../gi, decodeURIComponent)];
    yield ['escaped twice', value.replaceAll('%', '%25')];
    yield ['without padding', value.replace(/(=|%3D)+/gi, '')];
    yield ['the other alphabet', value.replaceAll('-', '+')
        .replaceAll('_', '/')];
    yield ['the URL alphabet', value.replace(/\+|%2B/gi, '-')
        .replace(/\/|%2F/gi, '_')];
    yield ['upper case', value.toUpperCase()];
    yield ['lower case', value.toLowerCase()];
    yield ['without what follows "~"', value.replace(/~.*/, '')];

    for (const { index } of [...value.matchAll(/[0-9A-Fa-f]{2}/g)].slice(-6)) {
        yield ['"%" before hexadecimal digits', insert(value, index, '%')];
        yield ['"%" twice', insert(value, index, '%') + '%'];
    }
    for (const more of ['=', '==', '%3D', '=AAAA', '==AAAA', '%3DAAAA', 'AAAA',
        '.', '.AAAA', '%3B', '%3BAAAA', '~abc', '~', ' AAAA', ',AAAA', ':A',
        '*', '*A', '%', '%00', '%20', '--AAAA', '|x', '&x=1', '%0A', '\t']) {
        yield [`followed by ${JSON.stringify(more)}`, value + more];
    }
    for (const junk of ['!', '~', '.', '%3B', ' ', '%20', '*', '@', '\t', '%0A',
        '=', ':', '%3D', '\\', '"', ',']) {
        for (const at of [value.length - 1, last, last - 1, middle, 1]) {
            yield [`${JSON.stringify(junk)} within`, insert(value, at, junk)];
        }
    }
    for (let early = 9; early < 14; early++) {
        for (const end of ['=AAAA', '==AAAA']) {
            yield ['padding twice',
                insert(value, value.length - early, '=') + end];
        }
    }
    for (const at of ends(value)) {
        for (const other of otherBits(value, at)) {
            yield ['other bits at the end of a part', other];
        }
        for (const more of ['=AAAA', '==AAAA', '%3DAAAA', 'A']) {
            yield ['more at the end of a part', insert(value, at, more)];
        }
    }
    for (const { index, 0: pad } of value.matchAll(/(=|%3D)+/gi)) {
        yield ['more behind padding', insert(value, index + pad.length, 'AAAA')];
    }
}

function* namesOf(name, value) {
    const cut = value.length - 12;
    const begin = value.slice(0, cut);
    const end = value.slice(cut);

    yield ['a blank behind the name', `${name} =${value}`];
    yield ['a tab behind the name', `${name}\t=${value}`];
    yield ['a blank before the value', `${name}= ${value} `];
    yield ['behind a comma', `x=1, ${name}=${value}`];
    yield ['behind a blank', `x=1 ${name}=${value}`];
    yield ['behind a name alone', `x; ${name}=${value}`];
    yield ['in quotes of another', `x="; ${name}=${value}; y="`];
    yield ['twice, the first', `${name}=${value}; ${name}=x`];
    yield ['twice, the last', `${name}=x; ${name}=${value}`];
    yield ['twice, the second empty', `${name}=${value}; ${name}=`];
    yield ['the name in quotes', `"${name}"=${value}`];
    yield ['the name in upper case', `${name.toUpperCase()}=${value}`];
    yield ['the name escaped',
        `${hex(name[0], '%', 16)}${name.slice(1)}=${value}`];
    yield ['the name as PHP reads it',
        `${name.replace('_', '.')}=${value}`];
    yield ['the name with a bracket', `${name.replace('_', '[')}=${value}`];
    yield ['the name as an array', `${name}[]=${value}`];
    yield ['a chunk', `${name}.0=${value}`];
    yield ['two headers', ['x=1', `${name}=${value}`]];
    for (const [one, two] of [['.0', '.1'], ['.0', '.5'], ['.0', '.1000'],
        ['.0', '.00001'], ['.0', '.12345678901'], ['.1', '.2'], ['', '.1'],
        ['', '.0'], ['', '.x'], ['', '-'], ['.0', '.1x'], ['.a', '.b'],
        ['_0', '_1'], ['-0', '-1'], ['C1', 'C2'], ['', '/1'], ['', '[1]']]) {
        yield [`in chunks "${one}" and "${two}"`,
            `${name}${one}=${begin}; ${name}${two}=${end}`];
    }
}

// `cookies` has all of a browser, `name` among them: [what, headers].
function spellings(cookies, name) {
    const value = cookies.get(name);
    const rest = [...cookies].filter(([other]) => other !== name)
        .map(([other, its]) => `; ${other}=${its}`).join('');
    const found = [];

    for (const [what, text] of valuesOf(value)) {
        found.push([what, [`${name}=${text}${rest}`]]);
    }
    for (const [what, text] of namesOf(name, value)) {
        found.push([what, Array.isArray(text)
            ? [...text.slice(0, -1), text.at(-1) + rest] : [text + rest]]);
    }
    return found;
}

module.exports = { spellings };
