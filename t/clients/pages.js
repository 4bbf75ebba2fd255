// Pages with a link to sign out, each with a library that asks for links ahead
// of a click, by the names that README.md's table gives them.

const turbo = { scripts: ['@hotwired/turbo/dist/turbo.es2017-umd.js'] };
const htmx2 = {
    scripts: ['htmx.org/dist/htmx.js', 'htmx-ext-preload/dist/preload.min.js'],
    body: 'hx-ext=preload',
};
const htmx4 = {
    scripts: ['htmx-4/dist/htmx.js', 'htmx-4/dist/ext/hx-preload.js'],
};
const quicklink = (options) => ({
    scripts: ['quicklink/dist/quicklink.umd.js'],
    run: `quicklink.listen(${options})`,
    asksUnmoved: true,
});
const instantClick = {
    scripts: ['instantclick/instantclick.js'], run: 'InstantClick.init()',
};

// `scripts`: files of packages, before the link; `module`: one after it; `run`:
// a script after it; `link`, `body`: their attributes; `asksUnmoved`: it asks
// for what it shows, and else for what the pointer is over.
const libraries = {
    'Turbo 8.0': turbo,
    'Turbo 8.0, `data-turbo-prefetch="false"`':
        { ...turbo, link: 'data-turbo-prefetch=false' },
    'Turbo 8.0, `data-turbo="false"`': { ...turbo, link: 'data-turbo=false' },
    'htmx 2.0, `preload` on a link': { ...htmx2, link: 'preload=mouseover' },
    'htmx 2.0, `preload` with `hx-get`':
        { ...htmx2, link: 'preload=mouseover hx-get=/logout' },
    'htmx 4.0, `hx-preload` with `hx-boost`': {
        ...htmx4, link: 'hx-boost=true hx-preload="mouseover timeout:600s"',
    },
    'htmx 4.0, `hx-preload` with `hx-get`': {
        ...htmx4, link: 'hx-get=/logout hx-preload="mouseover timeout:600s"',
    },
    'instant.page 5.2': { module: 'instant.page/instantpage.js' },
    'quicklink 3.0': quicklink('{}'),
    'quicklink 3.0, `prerender: true`': quicklink('{ prerender: true }'),
    'quicklink 3.0, `priority: true`': quicklink('{ priority: true }'),
    'quicklink 3.0, `priority: true, ignores: [/logout/]`':
        quicklink('{ priority: true, ignores: [/logout/] }'),
    'InstantClick 3.1': instantClick,
    'InstantClick 3.1, `data-no-instant`':
        { ...instantClick, link: 'data-no-instant' },
};

function pageWith({ scripts = [], module, run, link = '', body = '' }) {
    return `<!doctype html><meta charset=utf-8><link rel=icon href=data:,>
${scripts.map((file) => `<script src=/modules/${file}></script>`).join('\n')}
<body ${body}><p>Signed in</p><a id=link href=/logout ${link}>Sign out</a>
${module ? `<script type=module src=/modules/${module}></script>` : ''}
${run ? `<script>${run}</script>` : ''}`;
}

module.exports = { libraries, pageWith };
