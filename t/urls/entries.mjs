// A list with every kind of entry.

export const entries = [
    'https://default.example.net/signed-out',
    'https://app.example.com/bye',
    'https://app.example.com/docs/*',
    'https://*.preview.example.com/bye',
    'https://*.wild.example.com:8443/*',
    'https://app.example.test:18444/after?x=1',
    'https://app.example.test:18444/frag#f',
    'https://xn--bcher-kva.example/*',
    'https://203.0.113.7/ip',
    'http://[2001:db8::7]/ip6/*',
    'http://localhost:3000/x',
    'http://127.0.0.1:*/callback',
    'http://[::1]:*/*',
    '/bye',
    '/account/*',
    'com.example.app://signed-out',
    'com.example.app:/bye',
];
