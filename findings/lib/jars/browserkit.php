<?php
require __DIR__ . '/autoload.php';

use Symfony\Component\BrowserKit\AbstractBrowser;
use Symfony\Component\BrowserKit\Response;

// BrowserKit leaves the sending to whoever uses it.
class Browser extends AbstractBrowser
{
    protected function doRequest($request)
    {
        $cookies = [];
        foreach ($request->getCookies() as $name => $value) {
            $cookies[] = "$name=$value";
        }
        $headers = $cookies ? 'Cookie: ' . implode('; ', $cookies) : '';

        $body = file_get_contents($request->getUri(), false,
            stream_context_create(['http' => ['header' => $headers]]));

        $answered = [];
        foreach (array_slice($http_response_header, 1) as $line) {
            [$name, $value] = explode(': ', $line, 2);
            $answered[$name][] = $value;
        }
        return new Response($body, 200, $answered);
    }
}

$browser = new Browser();
foreach (array_slice($argv, 1) as $url) {
    $browser->request('GET', $url);
    echo $browser->getInternalResponse()->getContent();
}
