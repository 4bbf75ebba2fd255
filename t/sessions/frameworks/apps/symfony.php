<?php
// Symfony's session with its RedisSessionHandler.

require 'Symfony/Component/HttpFoundation/autoload.php';

use Symfony\Component\HttpFoundation\Session\Session;
use Symfony\Component\HttpFoundation\Session\Storage\Handler\RedisSessionHandler;
use Symfony\Component\HttpFoundation\Session\Storage\NativeSessionStorage;

$redis = new Redis();
$redis->connect('127.0.0.1', (int) getenv('REDIS_PORT'));
$session = new Session(
    new NativeSessionStorage([], new RedisSessionHandler($redis)));
$session->start();

switch (parse_url($_SERVER['REQUEST_URI'], PHP_URL_PATH)) {
    case '/login':
        $session->set('user', $_GET['user']);
        echo 'welcome';
        break;
    case '/whoami':
        echo $session->get('user', 'nobody');
        break;
    case '/slow':
        $session->set('seen', microtime(true));
        usleep($_GET['ms'] * 1000);
        echo 'done';
        break;
    default:
        http_response_code(404);
}
$session->save();
