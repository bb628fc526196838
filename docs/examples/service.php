<?php
// A service that signs people in and out behind the gateway. PHP alone.
//   php -S 127.0.0.1:3000 service.php

$session = json_decode($_SERVER['HTTP_X_SESSION'] ?? '{}', true);
$flash = json_decode($_SERVER['HTTP_X_FLASH'] ?? '{}', true);
$path = parse_url($_SERVER['REQUEST_URI'], PHP_URL_PATH);

if ($_SERVER['REQUEST_METHOD'] === 'POST' && $path === '/sign-in') {
    $name = $_POST['name'] ?? '';
    header('X-Session-Set: ' . json_encode(['user_id' => 42, 'name' => $name]));
    header('X-Session-Renew: 1');
    header('X-Flash-Add: ' . json_encode(['success' => "Welcome, $name."]));
    header('Location: /', true, 303);
} elseif ($_SERVER['REQUEST_METHOD'] === 'POST' && $path === '/sign-out') {
    header('X-Session-Clear: 1');
    header('X-Flash-Add: ' . json_encode(['success' => 'Bye.']));
    header('Location: /', true, 303);
} else {
    foreach ($flash as $texts) {
        foreach ($texts as $text) {
            echo '<p>' . htmlspecialchars($text) . '</p>';
        }
    }
    echo '<h1>Hello, ' . htmlspecialchars($session['name'] ?? 'stranger') . "</h1>\n";
}
