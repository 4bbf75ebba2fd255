const superagent = require('superagent');

async function run() {
    const agent = superagent.agent();
    for (const url of process.argv.slice(2)) {
        process.stdout.write((await agent.get(url)).text);
    }
}

run();
