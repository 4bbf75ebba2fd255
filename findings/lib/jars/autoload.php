<?php
// Loads classes from the folders of Debian's PHP packages.

$folders = explode(':', getenv('PHP_FOLDERS'));

spl_autoload_register(function ($class) use ($folders) {
    foreach ($folders as $folder) {
        $file = $folder . '/' . strtr($class, '\\', '/') . '.php';
        if (is_file($file)) {
            require $file;
            return;
        }
    }
});
