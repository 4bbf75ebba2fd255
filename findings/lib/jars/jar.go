package main

import (
	"io"
	"log"
	"net/http"
	"net/http/cookiejar"
	"os"
)

func main() {
	jar, _ := cookiejar.New(nil)
	client := http.Client{Jar: jar}

	for _, url := range os.Args[1:] {
		answer, err := client.Get(url)
		if err != nil {
			log.Fatal(err)
		}
		io.Copy(os.Stdout, answer.Body)
		answer.Body.Close()
	}
}
