<?php
// Laravel's session, cache and cookie encryption, put together as its service
// providers do with SESSION_DRIVER=redis. The cache of this version puts a colon
// behind its prefix, that of later ones does not: without a prefix of the cache,
// the one of Redis is all of theirs.

require 'Illuminate/Cache/autoload.php';
require 'Illuminate/Cookie/autoload.php';
require 'Illuminate/Encryption/autoload.php';
require 'Illuminate/Redis/autoload.php';
require 'Illuminate/Session/autoload.php';
require 'Symfony/Component/HttpFoundation/autoload.php';

use Illuminate\Cache\RedisStore;
use Illuminate\Cache\Repository;
use Illuminate\Cookie\Middleware\EncryptCookies;
use Illuminate\Encryption\Encrypter;
use Illuminate\Redis\RedisManager;
use Illuminate\Session\CacheBasedSessionHandler;
use Illuminate\Session\Store;
use Symfony\Component\HttpFoundation\Cookie;
use Symfony\Component\HttpFoundation\Request;
use Symfony\Component\HttpFoundation\Response;

function session_store(): Store
{
    $redis = new RedisManager(null, 'phpredis', [
        'options' => ['prefix' => getenv('REDIS_PREFIX')],
        'default' => [
            'host' => '127.0.0.1',
            'port' => (int) getenv('REDIS_PORT'),
            'database' => 0,
        ],
    ]);
    $cache = new Repository(new RedisStore($redis, getenv('CACHE_PREFIX') ?: ''));

    return new Store('laravel_session',
        new CacheBasedSessionHandler($cache, 120));
}

function answer(Request $request, Store $session): Response
{
    switch ($request->getPathInfo()) {
        case '/login':
            $session->put('user', $request->query->get('user'));
            return new Response('welcome');
        case '/whoami':
            return new Response($session->get('user', 'nobody'));
        case '/slow':
            $session->put('seen', microtime(true));
            usleep($request->query->get('ms') * 1000);
            return new Response('done');
    }
    return new Response('', 404);
}

function with_session(Request $request): Response
{
    $session = session_store();
    $session->setId($request->cookies->get($session->getName()));
    $session->start();
    $response = answer($request, $session);
    $session->save();
    $response->headers->setCookie(new Cookie($session->getName(),
        $session->getId(), time() + 7200, '/', null, false, true, false,
        'lax'));

    return $response;
}

$key = base64_decode(substr(getenv('SECRET'), strlen('base64:')));
$encryption = new EncryptCookies(new Encrypter($key, 'AES-256-CBC'));
$encryption->handle(Request::createFromGlobals(),
    Closure::fromCallable('with_session'))->send();
