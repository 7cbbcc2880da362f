package devicecode

import (
	"context"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
	"github.com/kubectl-aad/kubectl-aad/pkg/fault"
	"github.com/kubectl-aad/kubectl-aad/pkg/httpx"
	"github.com/kubectl-aad/kubectl-aad/pkg/login"
	"github.com/kubectl-aad/kubectl-aad/pkg/sandbox"
	"github.com/kubectl-aad/kubectl-aad/pkg/token"
)

// somebody types the code as soon as it is shown.
type somebody struct {
	strings.Builder
	sandbox *sandbox.Sandbox
	who     string
}

func (s *somebody) Write(p []byte) (int, error) {
	if m := regexp.MustCompile(`enter the code (\w+)`).FindSubmatch(p); m != nil {
		_ = s.sandbox.SignIn(context.Background(), s.who, string(m[1]))
	}
	return s.Builder.Write(p)
}

// Where Conditional Access blocks codes, the error names the way that works.
func TestBlockedCodesNameTheBrowser(t *testing.T) {
	s, err := sandbox.Start(context.Background(), sandbox.Options{Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	cloud, err := s.Cloud()
	if err != nil {
		t.Fatal(err)
	}
	rt, err := httpx.NewTransport(httpx.Options{CAFile: cloud.CAFile})
	if err != nil {
		t.Fatal(err)
	}
	c, err := Method().New(login.Setup{Transport: rt, Now: time.Now, Request: token.Request{Method: token.Auto, Cloud: cloud,
		Tenant: string(s.Info().Tenants[0].ID), Client: entra.AKSClient, Scope: string(entra.AKSServer) + "/.default"}})
	if err != nil {
		t.Fatal(err)
	}
	asker, ok := c.(login.Asker)
	if !ok {
		t.Fatal("the method cannot ask")
	}
	_, err = asker.SignIn(context.Background(), login.Prompt{Err: &somebody{sandbox: s, who: "erin"}, Until: func(time.Time) {}})
	hints := strings.Join(fault.Hints(err), "\n")
	if fault.KindOf(err) != fault.Policy || !strings.Contains(err.Error(), "AADSTS53003") ||
		!strings.Contains(hints, "kubectl-aad get-token --server-id "+string(entra.AKSServer)) || !strings.Contains(hints, "--login browser") {
		t.Errorf("got %v\n%s", err, hints)
	}
}
