// How an application of a test, and the SDK that it imports, become one script.

const path = require('path');

// What stands in for Schibsted's SDK 2.x, unless SPID_SDK names its main file.
const spidSdk = path.resolve(process.env.SPID_SDK
    ?? path.join(__dirname, 'apps', 'spid-stand-in.js'));

// For esbuild.
const bundling = {
    nodePaths: [process.env.NODE_PATH],
    alias: { 'spid-sdk-js': spidSdk },
    bundle: true,
    format: 'iife',
    target: 'es2022',
    logLevel: 'error',
};

module.exports = { bundling };
