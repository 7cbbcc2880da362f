package execcred_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/kubectl-aad/kubectl-aad/pkg/execcred"
)

func TestParseInfo(t *testing.T) {
	v1, beta := execcred.Group+"/v1", execcred.Group+"/v1beta1"
	for _, tt := range []struct {
		in   string
		want execcred.Info
		bad  string // part of the error
	}{
		{"", execcred.Info{APIVersion: v1, Interactive: true}, ""},
		{`{"kind":"ExecCredential","apiVersion":"` + v1 + `","spec":{"interactive":true}}`,
			execcred.Info{APIVersion: v1, Interactive: true, Present: true}, ""},
		{`{"kind":"ExecCredential","apiVersion":"` + beta + `","spec":{"cluster":{}}}`,
			execcred.Info{APIVersion: beta, Present: true}, ""},
		{`{"kind":"ExecCredential","apiVersion":"` + execcred.Group + `/v1alpha1"}`, execcred.Info{}, "v1alpha1"},
		{`{"kind":"Secret","apiVersion":"` + v1 + `"}`, execcred.Info{}, "Secret"},
		{`{`, execcred.Info{}, "not valid JSON"},
	} {
		got, err := execcred.ParseInfo(tt.in)
		if tt.bad != "" {
			if err == nil || !strings.Contains(err.Error(), tt.bad) {
				t.Errorf("%s: error %v does not name %q", tt.in, err, tt.bad)
			}
			continue
		}
		if err != nil || got != tt.want {
			t.Errorf("%s: got %+v (%v), want %+v", tt.in, got, err, tt.want)
		}
	}
}

func TestAnnounce(t *testing.T) {
	now := time.Unix(1_700_000_000, 0)
	for _, tt := range []struct{ left, want time.Duration }{
		{75 * time.Minute, 70 * time.Minute},
		{5*time.Minute + time.Second, time.Second},
		{5 * time.Minute, time.Minute},
		{90 * time.Second, time.Minute},
		{30 * time.Second, 30 * time.Second},
	} {
		if got := execcred.Announce(now.Add(tt.left), now).Sub(now); got != tt.want {
			t.Errorf("%v left: announced for %v, want %v", tt.left, got, tt.want)
		}
	}
}

func FuzzParseInfo(f *testing.F) {
	f.Add(`{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1","spec":{"interactive":false}}`)
	f.Add(`[]`)
	f.Fuzz(func(t *testing.T, in string) {
		info, err := execcred.ParseInfo(in)
		if err == nil && info.APIVersion != execcred.Group+"/v1" && info.APIVersion != execcred.Group+"/v1beta1" {
			t.Errorf("accepted version %q", info.APIVersion)
		}
	})
}

func TestWriteIsOneDocument(t *testing.T) {
	var out strings.Builder
	exp := time.Date(2026, 11, 23, 12, 0, 0, 0, time.FixedZone("", 3600))
	if err := execcred.Write(&out, execcred.Group+"/v1beta1", "the.to.ken", exp); err != nil {
		t.Fatal(err)
	}
	var got struct {
		Kind, APIVersion string
		Status           struct{ Token, ExpirationTimestamp string }
	}
	dec := json.NewDecoder(strings.NewReader(out.String()))
	if err := dec.Decode(&got); err != nil || dec.More() {
		t.Fatalf("not one document: %v in %s", err, out.String())
	}
	if got.Kind != "ExecCredential" || got.APIVersion != execcred.Group+"/v1beta1" ||
		got.Status.Token != "the.to.ken" || got.Status.ExpirationTimestamp != "2026-11-23T11:00:00Z" {
		t.Errorf("got %+v", got)
	}
}
