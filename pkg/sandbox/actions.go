package sandbox

import (
	"context"
	"path/filepath"

	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
	"github.com/kubectl-aad/kubectl-aad/pkg/sandbox/directory"
	"github.com/kubectl-aad/kubectl-aad/pkg/sandbox/wire"
)

// Directory is the sandbox's memory, for tests that arrange something.
func (s *Sandbox) Directory() *directory.Directory { return s.directory }

// SignIn completes a device code as the person in the browser would: who is a
// name ("alice"), a sign-in name, a UPN or an object id.
func (s *Sandbox) SignIn(ctx context.Context, who, code string) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	return s.login.SignIn(who, code)
}

// Token returns an access token without a request, after the same checks and
// with the same claims as by the wire. who is a user (in contoso.com, else at
// home) through client, or an application of contoso.com by its name.
func (s *Sandbox) Token(who string, client, resource string) (string, error) {
	first := s.directory.Tenants()[0]
	token, err := s.login.Token(string(first.ID), who, client, resource)
	if _, known := first.Person(who); err == nil || known {
		return token, err
	}
	for _, t := range s.directory.Tenants()[1:] {
		if _, ok := t.Person(who); ok {
			return s.login.Token(string(t.ID), who, client, resource)
		}
	}
	return "", err
}

// Fault makes the next times requests (0: all, until cleared) of a service fail
// whose method and route contain match (empty: every route).
func (s *Sandbox) Fault(service, name string, times int, match string) error {
	return s.chassis.Arm(service, name, times, match)
}

// ClearFaults ends all faults.
func (s *Sandbox) ClearFaults() { s.chassis.ClearFaults() }

// Requests tells how often each route was asked for since the last reset.
func (s *Sandbox) Requests() []wire.Count { return s.chassis.Requests() }

// ResetRequests starts counting anew.
func (s *Sandbox) ResetRequests() { s.chassis.ResetRequests() }

// BotSecretFile is where ci-bot's secret is.
func (s *Sandbox) BotSecretFile() string { return filepath.Join(s.o.Dir, "ci-bot.secret") }

// CloudFile is the path of cloud.json, for entra.FindCloud.
func (s *Sandbox) CloudFile() string { return filepath.Join(s.o.Dir, "cloud.json") }

// Dir is the folder of the sandbox's files.
func (s *Sandbox) Dir() string { return s.o.Dir }

// Cloud is what cloud.json says.
func (s *Sandbox) Cloud() (entra.Cloud, error) { return entra.FindCloud(s.CloudFile()) }
