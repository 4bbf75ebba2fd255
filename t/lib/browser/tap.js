// The Test Anything Protocol: one line per check.

let count = 0;
let failed = 0;

function ok(condition, what) {
    count += 1;
    failed += condition ? 0 : 1;
    console.log(`${condition ? 'ok' : 'not ok'} ${count} - ${what}`);
    return condition;
}

function equal(found, expected, what) {
    const same = JSON.stringify(found) === JSON.stringify(expected);
    if (!ok(same, what)) {
        diagnose(`found ${JSON.stringify(found)}, `
            + `expected ${JSON.stringify(expected)}`);
    }
}

// `problems` says what is wrong: an array, empty if nothing is.
function none(problems, what) {
    if (!ok(problems.length === 0, what)) {
        problems.slice(0, 20).forEach(diagnose);
    }
}

// To stderr, which is shown also where the rest is summed up.
function diagnose(text) {
    console.error(String(text).trimEnd().replace(/^/gm, '# '));
}

// Ends the test. Returns the exit status.
function finish() {
    console.log(`1..${count}`);
    return failed === 0 && count > 0 ? 0 : 1;
}

module.exports = { ok, equal, none, diagnose, finish };
