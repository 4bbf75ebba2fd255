// gorilla/sessions with redistore.
package main

import (
	"fmt"
	"net/http"
	"os"
	"strconv"
	"time"

	"github.com/boj/redistore"
	"github.com/gorilla/sessions"
)

var store *redistore.RediStore

func session(request *http.Request) *sessions.Session {
	found, _ := store.Get(request, "session-name")
	return found
}

func login(response http.ResponseWriter, request *http.Request) {
	session := session(request)
	session.Values["user"] = request.FormValue("user")
	session.Save(request, response)
	fmt.Fprint(response, "welcome")
}

func whoami(response http.ResponseWriter, request *http.Request) {
	user, found := session(request).Values["user"].(string)
	if !found {
		user = "nobody"
	}
	fmt.Fprint(response, user)
}

func slow(response http.ResponseWriter, request *http.Request) {
	session := session(request)
	session.Values["seen"] = time.Now().Unix()
	ms, _ := strconv.Atoi(request.FormValue("ms"))
	time.Sleep(time.Duration(ms) * time.Millisecond)
	session.Save(request, response)
	fmt.Fprint(response, "done")
}

func main() {
	var err error
	store, err = redistore.NewRediStore(2, "tcp",
		"127.0.0.1:"+os.Getenv("REDIS_PORT"), "", []byte(os.Getenv("SECRET")))
	if err != nil {
		panic(err)
	}

	http.HandleFunc("/login", login)
	http.HandleFunc("/whoami", whoami)
	http.HandleFunc("/slow", slow)
	panic(http.ListenAndServe("127.0.0.1:"+os.Getenv("PORT"), nil))
}
