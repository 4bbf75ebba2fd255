// Cookies as applications set them, the directives that are to make a browser
// forget them, and which are left in it. nginx -t refuses lines that browsers
// would refuse; so there are none here.

const fs = require('fs');

const all = [
    {
        name: 'no attribute but the path',
        set: ['a=1; Path=/'],
        expire: 'logout_clear_cookie a;',
    },
    {
        name: 'another path',
        set: ['a=1; Path=/app'],
        expire: 'logout_clear_cookie a path=/app;',
    },
    {
        name: 'a path that is not the cookie\'s',
        set: ['a=1; Path=/app'],
        expire: 'logout_clear_cookie a;',
        left: ['a'],
    },
    {
        name: 'a domain',
        set: ['a=1; Path=/; Domain=example.test'],
        expire: 'logout_clear_cookie a domain=example.test;',
    },
    {
        name: 'a domain with a dot before it',
        set: ['a=1; Path=/; Domain=.example.test'],
        expire: 'logout_clear_cookie a domain=example.test;',
    },
    {
        name: 'no domain for a cookie that has one',
        set: ['a=1; Path=/; Domain=example.test'],
        expire: 'logout_clear_cookie a;',
        left: ['a'],
    },
    {
        name: 'a domain for a cookie that has none',
        set: ['a=1; Path=/'],
        expire: 'logout_clear_cookie a domain=example.test;',
        left: ['a'],
    },
    {
        name: 'with a domain and without: both lines',
        set: ['a=1; Path=/', 'a=2; Path=/; Domain=example.test'],
        expire: 'logout_clear_cookie a; '
            + 'logout_clear_cookie a domain=example.test;',
    },
    {
        name: 'HttpOnly and SameSite do not matter',
        set: ['a=1; Path=/; HttpOnly; SameSite=Strict',
            'b=1; Path=/; SameSite=None; Secure', 'c=1; Path=/'],
        expire: 'logout_clear_cookie a; logout_clear_cookie b; '
            + 'logout_clear_cookie c httponly samesite=lax;',
    },
    {
        name: 'names with a prefix',
        set: ['__Secure-a=1; Path=/; Secure', '__Host-b=1; Path=/; Secure',
            '__Http-c=1; Path=/; Secure; HttpOnly',
            '__Host-Http-d=1; Path=/; Secure; HttpOnly'],
        expire: 'logout_clear_cookie __Secure-a secure; '
            + 'logout_clear_cookie __Host-b secure; '
            + 'logout_clear_cookie __Http-c secure httponly; '
            + 'logout_clear_cookie __Host-Http-d secure httponly;',
    },
    {
        name: 'Partitioned',
        set: ['a=1; Path=/; Secure; SameSite=None; Partitioned'],
        expire: 'logout_clear_cookie a secure partitioned;',
    },
    {
        name: 'a line without Partitioned for a cookie that has it',
        set: ['a=1; Path=/; Secure; SameSite=None; Partitioned'],
        expire: 'logout_clear_cookie a secure;',
        left: ['a'],
    },
    {
        name: 'a line with Partitioned for a cookie that has it not',
        set: ['a=1; Path=/; Secure; SameSite=None'],
        expire: 'logout_clear_cookie a secure partitioned;',
        left: ['a'],
    },
    {
        name: 'partitioned and not: both lines',
        set: ['a=1; Path=/; Secure; SameSite=None; Partitioned',
            'a=2; Path=/; Secure; SameSite=None'],
        expire: 'logout_clear_cookie a secure; '
            + 'logout_clear_cookie a secure partitioned;',
    },
    {
        name: 'in pieces',
        set: ['appSession.0=1; Path=/', 'appSession.1=2; Path=/',
            'another=3; Path=/'],
        expire: 'logout_clear_cookie appSession*;',
        left: ['another'],
    },
    {
        name: 'logout_clear_site_data',
        set: ['a=1; Path=/app; Domain=example.test', 'b=1; Path=/'],
        expire: 'logout_clear_cookie b; logout_clear_site_data cookies;',
    },
    {
        name: 'the session and the signature of koa',
        set: ['koa.sess=1; Path=/; HttpOnly', 'koa.sess.sig=2; Path=/'],
        expire: 'logout_session format=koa prefix=koa:;',
    },
    {
        name: 'the session and "remember me" of the README',
        set: ['sid=1; Path=/; HttpOnly',
            'remember_web_59ba36addc2b2f9401580f014c7f58ea4e30989d=1; '
                + 'Path=/; HttpOnly',
            'remember_user_token=2; Path=/; HttpOnly; SameSite=Lax',
            'remember-me=3; Path=/; HttpOnly; Secure',
            'REMEMBERME=4; Path=/; HttpOnly; SameSite=Lax',
            'remember_token=5; Path=/', 'another=6; Path=/'],
        expire: 'logout_session format=raw cookie=sid prefix=sess:;\n'
            + exampleOf('Remember me'),
        left: ['another'],
    },
];

// The configuration in a section of README.md.
function exampleOf(section) {
    const [, example] = fs.readFileSync('README.md', 'utf8').match(
        new RegExp(`^### ${section}\n.*?^\`\`\`nginx\n(.*?)^\`\`\``, 'ms'));
    return example;
}

module.exports = all.map((each) => ({ left: [], ...each }));
