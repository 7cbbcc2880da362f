package msal

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"
)

func TestWordsOfV1(t *testing.T) {
	form := url.Values{"grant_type": {"device_code"}, "device_code": {"dc"}, "client_id": {"c"}, "scope": {"s/.default offline_access"}}
	req, err := http.NewRequest(http.MethodPost, "https://login.example/t/oauth2/v2.0/token", strings.NewReader(form.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	old, err := toV1(req, "server")
	if err != nil || old.URL.String() != "https://login.example/t/oauth2/token?api-version=1.0" {
		t.Fatalf("%v, %v", old.URL, err)
	}
	for range 2 { // a request may be sent again
		text, err := body(old)
		if want := "client_id=c&code=dc&grant_type=device_code&resource=server"; err != nil || string(text) != want || old.ContentLength != int64(len(want)) {
			t.Errorf("%s, %v", text, err)
		}
	}
	if text, _ := body(req); string(text) != form.Encode() || req.URL.RawQuery != "" {
		t.Error("the request itself was changed")
	}
}

func TestAnswersOfV1(t *testing.T) {
	for in, want := range map[string]string{
		`{"access_token":"a","expires_in":"3599","expires_on":"17","scope":"user_impersonation"}`: `{"access_token":"a","expires_in":3599,"scope":"s/.default"}`,
		`{"verification_url":"https://x","interval":"5","user_code":"U"}`:                         `{"interval":5,"user_code":"U","verification_uri":"https://x","verification_url":"https://x"}`,
		`{"expires_in":"soon","interval":7}`:                                                      `{"expires_in":"soon","interval":7}`,
		`{"error":"authorization_pending","expires_in":"5"}`:                                      `{"error":"authorization_pending","expires_in":"5"}`,
		`<html>`: `<html>`, `[]`: `[]`, `null`: `null`,
	} {
		got := fromV1([]byte(in), "s/.default")
		if string(got) != want && !(in == "null" && json.Valid(got)) {
			t.Errorf("%s becomes %s", in, got)
		}
	}
}
