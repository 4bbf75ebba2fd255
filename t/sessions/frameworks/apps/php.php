<?php
// PHP's own sessions with phpredis as save handler.

ini_set('session.save_handler', 'redis');
ini_set('session.save_path', getenv('REDIS_TCP'));
session_start();

switch (parse_url($_SERVER['REQUEST_URI'], PHP_URL_PATH)) {
    case '/login':
        $_SESSION['user'] = $_GET['user'];
        echo 'welcome';
        break;
    case '/whoami':
        echo $_SESSION['user'] ?? 'nobody';
        break;
    case '/slow':
        $_SESSION['seen'] = microtime(true);
        usleep($_GET['ms'] * 1000);
        echo 'done';
        break;
    default:
        http_response_code(404);
}
