// A token over mutual TLS, then a call with it over the same certificate. README.md says how to run it.
package main

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/url"
	"os"
	"strings"
)

func send(client *http.Client, request *http.Request) []byte {
	answer, err := client.Do(request)
	must(err)
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	must(err)
	if answer.StatusCode != http.StatusOK {
		log.Fatalf("%s answers %s: %s", request.URL, answer.Status, body)
	}
	return body
}

func must(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

func noRedirect(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }

func main() {
	certificate, err := tls.LoadX509KeyPair(os.Getenv("CERT"), os.Getenv("KEY"))
	must(err)
	pem, err := os.ReadFile(os.Getenv("CA"))
	must(err)
	authorities := x509.NewCertPool()
	authorities.AppendCertsFromPEM(pem)
	settings := &tls.Config{Certificates: []tls.Certificate{certificate}, RootCAs: authorities, MinVersion: tls.VersionTLS12}
	client := &http.Client{Transport: &http.Transport{TLSClientConfig: settings}, CheckRedirect: noRedirect}

	resource := os.Getenv("RESOURCE")
	form := url.Values{"grant_type": {"client_credentials"}, "client_id": {os.Getenv("CLIENT_ID")}, "resource": {resource}}
	ask, err := http.NewRequest("POST", os.Getenv("TOKEN_ENDPOINT"), strings.NewReader(form.Encode()))
	must(err)
	ask.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	var token struct {
		AccessToken string `json:"access_token"`
	}
	must(json.Unmarshal(send(client, ask), &token))
	call, err := http.NewRequest("GET", resource+"/orders", nil)
	must(err)
	call.Header.Set("Authorization", "Bearer "+token.AccessToken)
	fmt.Println(string(send(client, call)))
}
