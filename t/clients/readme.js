// The tables of README.md, which these tests run, so that neither can differ
// from the other.

const fs = require('fs');

const text = fs.readFileSync('README.md', 'utf8');

function cellsOf(row) {
    // "\|" is a bar inside of a cell
    return row.split(/(?<!\\)\|/).slice(1, -1)
        .map((cell) => cell.trim().replaceAll('\\|', '|'));
}

// The rows of the table whose head begins with `columns`, without the head.
function table(...columns) {
    const lines = text.split('\n');
    const head = lines.findIndex((line) => line.startsWith('|')
        && columns.every((column, index) => cellsOf(line)[index] === column));

    if (head < 0) {
        throw new Error(`README.md has no table "${columns.join(' | ')}".`);
    }
    const rest = lines.slice(head + 2);
    const end = rest.findIndex((line) => !line.startsWith('|'));
    return { head: cellsOf(lines[head]), rows: rest.slice(0, end).map(cellsOf) };
}

// The text between the first pair of backticks.
function code(cell) {
    return cell.match(/`([^`]*)`/)[1];
}

module.exports = { code, table };
