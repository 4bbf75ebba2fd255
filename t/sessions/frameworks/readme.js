// The tables of applications in README.md: each row's name, its parameters of
// logout_session, and whether it says that the application itself was run.

const fs = require('fs');

const text = fs.readFileSync('README.md', 'utf8');

// The rows of the section with this title. The file of secrets is given where
// they are known.
function rowsOf(title) {
    const row = /^\| *(.*?) *\| *`logout_session (.*?)` *\| *(.*?) *\|/gm;
    const [, section] = text.match(
        new RegExp(`^### ${title}\\n(.*?)^### `, 'ms'));

    return [...section.matchAll(row)].map(([, name, words, checked]) => ({
        name,
        session: words.replace(/ *secret_file=\S+/, ''),
        isRun: checked.startsWith('run'),
    }));
}

const rows = rowsOf('Frameworks');
const guarded = rowsOf('When logout must be final');

function find(among, name) {
    const found = among.find((candidate) => candidate.name === name);

    if (!found) {
        throw new Error(`README.md has no row "${name}"`);
    }
    return found.session;
}

const sessionOf = (name) => find(rows, name);

// Of an application whose session is in the cookie.
const guardedSessionOf = (name) => find(guarded, name);

function notRunOf(among, names) {
    return among.filter(({ name, isRun }) => isRun && !names.includes(name))
        .map(({ name }) => name);
}

// The rows that say "run" and are not among `names`.
const notRun = (names) => notRunOf(rows, names);
const guardedNotRun = (names) => notRunOf(guarded, names);

module.exports = { sessionOf, notRun, guardedSessionOf, guardedNotRun };
