// The table of frameworks in README.md: each row's name, its parameters of
// logout_session, and whether it says that the framework itself was run.

const fs = require('fs');

const row = /^\| *(.*?) *\| *`logout_session (.*?)` *\| *(.*?) *\|/gm;

const table = fs.readFileSync('README.md', 'utf8')
    .match(/^### Frameworks\n(.*?)^### /ms)[1];

// The file of secrets is given where they are known.
const rows = [...table.matchAll(row)].map(([, name, words, checked]) => ({
    name,
    session: words.replace(/ *secret_file=\S+/, ''),
    isRun: checked.startsWith('run'),
}));

function sessionOf(name) {
    const found = rows.find((candidate) => candidate.name === name);

    if (!found) {
        throw new Error(`README.md has no row "${name}"`);
    }
    return found.session;
}

// The rows that say "run" and are not among `names`.
function notRun(names) {
    return rows.filter(({ name, isRun }) => isRun && !names.includes(name))
        .map(({ name }) => name);
}

module.exports = { sessionOf, notRun };
