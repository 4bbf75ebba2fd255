#!/bin/bash
# A login that shall last until the browser is closed does not happen.
#
# Expected: for gorilla's sessions Options.MaxAge 0 is "no Max-Age attribute", a
#           cookie of the browser's session, in every store.
# Happens:  the Redis store takes it for a logout: nothing is stored, and the
#           cookie is set to the empty string, without an error.
# Seen in:  gorilla/sessions 1.2.1, boj/redistore 1.2+git20180917, Go 1.19.8,
#           Redis 7.0.15 (Debian 12)

. "$(dirname "$0")/lib/common"
debian golang-1.19-go=1.19.8 golang-go=1.19 redis-server=7.0.15 \
    redis-tools=7.0.15 golang-github-gorilla-sessions-dev=1.2.1 \
    golang-github-boj-redistore-dev=1.2

port=$(free_port)
start_redis "$port"

cat >"$tmp/main.go" <<'END'
package main

import (
	"fmt"
	"net/http/httptest"
	"os"

	"github.com/boj/redistore"
	"github.com/gorilla/sessions"
)

func login(name string, store sessions.Store) {
	request := httptest.NewRequest("GET", "/", nil)
	answer := httptest.NewRecorder()
	session, _ := store.Get(request, "sid")
	session.Options = &sessions.Options{Path: "/", MaxAge: 0}
	session.Values["user"] = 1
	err := session.Save(request, answer)
	empty := answer.Result().Cookies()[0].Value == ""
	fmt.Println(name, "error:", err, "empty cookie:", empty)
}

func main() {
	key := []byte("0123456789abcdef0123456789abcdef")
	store, err := redistore.NewRediStore(1, "tcp", "127.0.0.1:"+os.Args[1], "", key)
	if err != nil {
		panic(err)
	}
	login("cookie", sessions.NewCookieStore(key))
	login("redis", store)
}
END
GO111MODULE=off GOPATH=$tmp/debian/usr/share/gocode:/usr/share/gocode \
    GOCACHE=$tmp/go go run "$tmp/main.go" "$port" >"$tmp/said"

guess 'error: <nil> empty cookie: false'
saw 'with the store of cookies' 'error: <nil> empty cookie: false' \
    "$(sed -n 's/^cookie //p' "$tmp/said")"
saw 'with the store in Redis' 'error: <nil> empty cookie: true' \
    "$(sed -n 's/^redis //p' "$tmp/said")"
saw 'keys in Redis' 0 "$(redis-cli -p "$port" dbsize)"
