<?php
// Laravel's session with SESSION_DRIVER=cookie, put together as its service
// providers do: one cookie names the session, and that name is the name of
// another cookie, which is the session.

require 'Illuminate/Cookie/autoload.php';
require 'Illuminate/Encryption/autoload.php';
require 'Illuminate/Session/autoload.php';
require 'Symfony/Component/HttpFoundation/autoload.php';

use Illuminate\Cookie\CookieJar;
use Illuminate\Cookie\Middleware\EncryptCookies;
use Illuminate\Encryption\Encrypter;
use Illuminate\Session\CookieSessionHandler;
use Illuminate\Session\Store;
use Symfony\Component\HttpFoundation\Cookie;
use Symfony\Component\HttpFoundation\Request;
use Symfony\Component\HttpFoundation\Response;

function answer(Request $request, Store $session): Response
{
    switch ($request->getPathInfo()) {
        case '/login':
            $session->regenerate();
            $session->put('user', $request->query->get('user'));
            return new Response('welcome');
        case '/whoami':
            return new Response($session->get('user', 'nobody'));
    }
    return new Response('', 404);
}

function with_session(Request $request): Response
{
    $jar = new CookieJar();
    $handler = new CookieSessionHandler($jar, 120);
    $handler->setRequest($request);

    $session = new Store('laravel_session', $handler);
    $session->setId($request->cookies->get($session->getName()));
    $session->start();
    $response = answer($request, $session);
    $session->save();
    $response->headers->setCookie(new Cookie($session->getName(),
        $session->getId(), time() + 7200, '/', null, false, true, false,
        'lax'));
    foreach ($jar->getQueuedCookies() as $cookie) {
        $response->headers->setCookie($cookie);
    }

    return $response;
}

$key = base64_decode(substr(getenv('SECRET'), strlen('base64:')));
$encryption = new EncryptCookies(new Encrypter($key, 'AES-256-CBC'));
$encryption->handle(Request::createFromGlobals(),
    Closure::fromCallable('with_session'))->send();
