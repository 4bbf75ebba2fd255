// An Express application's logout as its documentation shows it: destroy the
// session in Redis, clear the cookie, redirect to a URL from an allowlist.
//
// environment: PORT, REDIS_PORT, SESSION_SECRET, RETURN_URL

import express from "express";
import session from "express-session";
import { RedisStore } from "connect-redis";
import { createClient } from "redis";

const allowed = new Set([process.env.RETURN_URL]);

const client = createClient({
    url: `redis://127.0.0.1:${process.env.REDIS_PORT}`,
});
await client.connect();

const app = express();
app.disable("x-powered-by");
app.use(
    session({
        store: new RedisStore({ client }),
        secret: process.env.SESSION_SECRET,
        resave: false,
        saveUninitialized: false,
    }),
);

app.get("/logout", (request, response, next) => {
    const target = request.query.returnTo;
    if (!allowed.has(target)) {
        response.status(400).send("This return URL is not allowed.");
        return;
    }

    request.session.destroy((error) => {
        if (error) {
            next(error);
            return;
        }
        response.clearCookie("connect.sid");
        response.redirect(target);
    });
});

app.listen(Number(process.env.PORT), "127.0.0.1");
