package login

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
	"github.com/kubectl-aad/kubectl-aad/pkg/token"
)

// way is a method that asks, and says that it did.
func way(name string, works bool, err error, asked *[]string) Method {
	return Method{Name: name, Interactive: true, Probe: func(Setup) bool { return works },
		New: func(Setup) (Credential, error) { return asking{name, err, asked}, nil }}
}

type asking struct {
	name  string
	err   error
	asked *[]string
}

func (a asking) Silent(context.Context, Session) (Grant, error) { return Grant{}, nil }

func (a asking) SignIn(context.Context, Prompt) (Grant, error) {
	*a.asked = append(*a.asked, a.name)
	return Grant{}, a.err
}

func TestAutoTakesTheFirstWayThatReachesThePerson(t *testing.T) {
	refused := errors.New("refused")
	for _, tc := range []struct {
		name    string
		browser bool
		err     error
		want    string
		wantErr error
	}{
		{"a browser", true, nil, "[browser]", nil},
		{"no browser", false, nil, "[code]", nil},
		{"a browser that does not start", true, ErrNoWay, "[browser code]", nil},
		{"a refusal is not asked again", true, refused, "[browser]", refused},
	} {
		t.Run(tc.name, func(t *testing.T) {
			var asked []string
			silent := Method{Name: "robot", New: func(Setup) (Credential, error) { t.Error("opened"); return nil, nil }}
			r := Registry{silent, way("browser", tc.browser, tc.err, &asked), way("code", true, nil, &asked)}
			m, err := r.Find(token.Auto)
			if err != nil {
				t.Fatal(err)
			}
			c, err := m.New(Setup{})
			if err != nil {
				t.Fatal(err)
			}
			asker, ok := c.(Asker)
			if !ok {
				t.Fatal("auto cannot ask")
			}
			if _, err = asker.SignIn(context.Background(), Prompt{}); !errors.Is(err, tc.wantErr) {
				t.Errorf("got %v", err)
			}
			if got := "[" + join(asked) + "]"; got != tc.want {
				t.Errorf("asked %s, want %s", got, tc.want)
			}
		})
	}
	if _, err := (Registry{{Name: "robot"}}).Find(token.Auto); err == nil {
		t.Error("auto without anybody to ask")
	}
}

func TestCommandLine(t *testing.T) {
	const manage = "kubectl aad login --manage"
	for _, tc := range []struct {
		name, want string
		change     func(*token.Request)
	}{
		{"a cluster", "kubectl-aad get-token --server-id " + server + " --client-id " + string(entra.AKSClient) + " --tenant-id " + tenant, func(*token.Request) {}},
		{"nothing chosen", manage, func(r *token.Request) { r.Client, r.Tenant, r.Scope = entra.AzureCLI, Organizations, graph+"/.default" }},
		{"Graph", manage + " --tenant-id " + tenant, func(r *token.Request) { r.Client, r.Scope = entra.AzureCLI, graph+"/.default" }},
		{"ARM", manage + " --tenant-id " + tenant, func(r *token.Request) { r.Client, r.Scope = entra.AzureCLI, r.Cloud.ARMAudience+"//.default" }},
		{"all chosen", manage + " --cloud usgov --login devicecode --tenant-id " + tenant + " --client-id " + tenant + " --account 'it''s'", func(r *token.Request) {
			r.Cloud, _ = entra.FindCloud("usgov")
			r.Method, r.Client, r.Account, r.Scope = "devicecode", tenant, "it's", r.Cloud.Graph+"/.default"
		}},
		{"an application", manage + " --login clientsecret --tenant-id " + tenant + " --client-id " + tenant + " --client-secret-file f", func(r *token.Request) {
			r.Method, r.Client, r.Scope = "clientsecret", tenant, graph+"/.default"
			r.Params = token.Params{"client-secret-file": "f", "client-secret": "s"}
		}},
	} {
		r := request()
		tc.change(&r)
		if got, want := CommandLine(r), strings.ReplaceAll(tc.want, "''", `'\''`); got != want {
			t.Errorf("%s:\n got %s\nwant %s", tc.name, got, want)
		}
	}
}

func join(list []string) (s string) {
	for i, l := range list {
		if i > 0 {
			s += " "
		}
		s += l
	}
	return s
}
