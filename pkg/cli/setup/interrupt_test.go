package setup

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/kubectl-aad/kubectl-aad/pkg/aks"
	"github.com/kubectl-aad/kubectl-aad/pkg/fault"
)

// TestInterruptedAnywhere cuts a run short at each of its writes, the answer of
// that write being lost, and runs again: the end is always the same.
func TestInterruptedAnywhere(t *testing.T) {
	for name, args := range map[string][]string{"managed": managed, "apps": article} {
		whole := newShell(t)
		whole.mustRun(New, args...)
		for n := 1; n <= len(whole.cloud.writes); n++ {
			t.Run(fmt.Sprintf("%s %d %s", name, n, whole.cloud.writes[n-1]), func(t *testing.T) {
				s := newShell(t)
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				s.cloud.cutAt, s.cloud.cut = n, cancel
				if err := s.run(ctx, New, args...); fault.KindOf(err) != fault.Cancelled {
					t.Fatalf("cut short: %v", err)
				}
				s.cloud.cut = nil
				s.mustRun(New, args...)
				converged(t, s, whole)
				writes := len(s.cloud.writes)
				s.mustRun(New, args...)
				if len(s.cloud.writes) != writes {
					t.Errorf("a third run wrote %q", s.cloud.writes[writes:])
				}
			})
		}
	}
}

// converged checks that s ended as a run that nobody cut short.
func converged(t *testing.T, s, whole *shell) {
	t.Helper()
	got, want := s.cloud, whole.cloud
	for what, n := range map[string][2]int{
		"applications":       {len(got.apps), len(want.apps)},
		"service principals": {len(got.sps), len(want.sps)},
		"scope grants":       {len(got.grants), len(want.grants)},
		"role grants":        {len(got.roles), len(want.roles)},
		"groups":             {len(got.groups), len(want.groups)},
		"resource groups":    {len(got.resources.groups), len(want.resources.groups)},
		"clusters":           {len(got.resources.clusters), len(want.resources.clusters)},
	} {
		if n[0] != n[1] {
			t.Errorf("%d %s, want %d", n[0], what, n[1])
		}
	}
	secretFits(t, s)
}

// secretFits checks that the server app has one secret of ours, and that it is
// the one that the cluster records and uses.
func secretFits(t *testing.T, s *shell) {
	t.Helper()
	cluster := s.cloud.resources.clusters["myakscluster"]
	if cluster.State != "Succeeded" {
		t.Errorf("cluster is %s", cluster.State)
	}
	if cluster.Entra.Managed {
		return
	}
	for _, app := range s.cloud.apps {
		if app.ClientID != cluster.Entra.ServerApp {
			continue
		}
		if len(app.Secrets) != 1 || app.Secrets[0].KeyID != cluster.Tags[aks.TagSecretKeyID] {
			t.Fatalf("secrets %v, recorded %q", app.Secrets, cluster.Tags[aks.TagSecretKeyID])
		}
		if s.cloud.secrets[app.Secrets[0].KeyID] != s.cloud.resources.secret {
			t.Error("the cluster has another secret than it records")
		}
		return
	}
	t.Errorf("no application %q", cluster.Entra.ServerApp)
}

func TestMending(t *testing.T) {
	for name, harm := range map[string]func(*fakeCloud){
		"secret removed":       func(c *fakeCloud) { c.apps[0].Secrets, c.apps[1].Secrets = nil, nil },
		"secret expired":       expire,
		"applications deleted": func(c *fakeCloud) { c.apps, c.sps, c.grants, c.roles = nil, c.sps[:1], nil, nil },
		"cluster failed":       func(c *fakeCloud) { c.resources.clusters["myakscluster"].State = "Failed" },
		"consent withdrawn":    func(c *fakeCloud) { c.grants, c.roles = nil, nil },
		"tokens of version 2": func(c *fakeCloud) {
			for i := range c.apps {
				c.apps[i].TokenVersion = 2
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := newShell(t)
			s.mustRun(New, article...)
			whole := newShell(t)
			whole.mustRun(New, article...)
			harm(s.cloud)
			s.mustRun(New, article...)
			converged(t, s, whole)
			writes := len(s.cloud.writes)
			s.mustRun(New, article...)
			if len(s.cloud.writes) != writes {
				t.Errorf("a third run wrote %q", s.cloud.writes[writes:])
			}
		})
	}
}

// TestMendingInterrupted cuts the replacement of an expired secret short at
// each of its writes: the cluster never ends with another secret than recorded.
func TestMendingInterrupted(t *testing.T) {
	whole := newShell(t)
	whole.mustRun(New, article...)
	mended := len(whole.cloud.writes)
	expire(whole.cloud)
	whole.mustRun(New, article...)
	if len(whole.cloud.writes) == mended {
		t.Fatal("nothing was mended")
	}
	for n := mended + 1; n <= len(whole.cloud.writes); n++ {
		t.Run(whole.cloud.writes[n-1], func(t *testing.T) {
			s := newShell(t)
			s.mustRun(New, article...)
			expire(s.cloud)
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			s.cloud.cutAt, s.cloud.cut = n, cancel
			if err := s.run(ctx, New, article...); fault.KindOf(err) != fault.Cancelled {
				t.Fatalf("cut short: %v", err)
			}
			if !s.serves() {
				t.Error("the cluster's secret was removed from the application")
			}
			s.cloud.cut = nil
			s.mustRun(New, article...)
			converged(t, s, whole)
		})
	}
}

func expire(c *fakeCloud) {
	for i := range c.apps {
		for j := range c.apps[i].Secrets {
			c.apps[i].Secrets[j].Expires = time.Unix(0, 0)
		}
	}
}

// serves reports whether the secret that the cluster has is still one of the
// server app's.
func (s *shell) serves() bool {
	for _, app := range s.cloud.apps {
		for _, secret := range app.Secrets {
			if s.cloud.secrets[secret.KeyID] == s.cloud.resources.secret {
				return true
			}
		}
	}
	return false
}
