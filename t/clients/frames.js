// Frames, and what Chromium shows in them.

const { until } = require('./visitor.js');

// What is in a frame whose answer the page may not show.
const refused = 'chrome-error://chromewebdata/';

// Has `page` frame `url`. Returns the frame when something is in it.
async function openFrame(page, url, referrerPolicy = '') {
    await page.evaluate(([src, policy]) => new Promise((resolve) => {
        const made = document.createElement('iframe');
        // also where the browser refuses to show it
        made.onload = resolve;
        Object.assign(made, { src, referrerPolicy: policy });
        document.body.append(made);
    }), [url, referrerPolicy]);

    const frame = page.frames().find((one) => one.parentFrame());
    await until(() => frame.url(), `${url}: a page in the frame`);
    return frame;
}

module.exports = { openFrame, refused };
