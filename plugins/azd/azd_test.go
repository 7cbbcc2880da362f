package azd

import (
	"context"
	"fmt"
	"os/exec"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
	"github.com/kubectl-aad/kubectl-aad/pkg/fault"
	"github.com/kubectl-aad/kubectl-aad/pkg/login"
	"github.com/kubectl-aad/kubectl-aad/pkg/token"
)

// silent asks an azd that prints out, or fails with err.
func silent(t *testing.T, out string, err error) (login.Grant, []string, error) {
	t.Helper()
	cloud, cerr := entra.FindCloud("")
	if cerr != nil {
		t.Fatal(cerr)
	}
	var asked []string
	c, nerr := Method().New(login.Setup{Now: time.Now, Request: token.Request{Cloud: cloud, Tenant: "contoso.com", Scope: "server/.default"},
		Machine: login.Machine{Run: func(_ context.Context, name string, args ...string) ([]byte, error) {
			asked = append([]string{name}, args...)
			return []byte(out), err
		}}})
	if nerr != nil {
		t.Fatal(nerr)
	}
	g, serr := c.Silent(context.Background(), login.Session{})
	return g, asked, serr
}

func TestToken(t *testing.T) {
	g, asked, err := silent(t, `{"token":"t","expiresOn":"2030-01-02T03:04:05Z"}`, nil)
	if err != nil || g.Access != "t" || g.Expires.Unix() != 1893553445 {
		t.Errorf("got until %v, %v", g.Expires, err)
	}
	if want := []string{"azd", "auth", "token", "--output", "json", "--no-prompt", "--scope", "server/.default", "--tenant-id", "contoso.com"}; !reflect.DeepEqual(asked, want) {
		t.Errorf("asked %q", asked)
	}
}

func TestFailures(t *testing.T) {
	failed := func(stderr string) error {
		return &login.CommandError{Name: "azd", Stderr: stderr, Err: fmt.Errorf("exit status 1")}
	}
	for _, tc := range []struct {
		out  string
		err  error
		kind fault.Kind
		text string
	}{
		{"hello", nil, fault.Config, "did not print a token"},
		{"", failed(`{"type":"consoleMessage","timestamp":"x","data":{"message":"\nERROR: fetching token: not logged in, run azd auth login to login\n"}}` + "\n"), fault.SignIn,
			"gives no token: fetching token: not logged in"},
		{"", failed("ERROR: not logged in\n\nSuggestion: log in\n"), fault.SignIn, "gives no token: not logged in"},
		{"", fmt.Errorf("azd: %w", exec.ErrNotFound), fault.Config, "not on PATH"},
		{"", &login.CommandError{Name: "azd", Err: context.DeadlineExceeded}, fault.Network, "in time"},
		{"", &login.CommandError{Name: "azd", Err: context.Canceled}, fault.Cancelled, "cancelled"},
	} {
		if _, _, err := silent(t, tc.out, tc.err); fault.KindOf(err) != tc.kind || !strings.Contains(err.Error(), tc.text) {
			t.Errorf("got %d %v", fault.KindOf(err), err)
		}
	}
}
