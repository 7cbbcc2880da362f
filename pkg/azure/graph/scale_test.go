package graph

import (
	"fmt"
	"testing"

	"github.com/kubectl-aad/kubectl-aad/pkg/directory"
	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
	"github.com/kubectl-aad/kubectl-aad/pkg/sandbox"
	tenant "github.com/kubectl-aad/kubectl-aad/pkg/sandbox/directory"
)

// mixture is a list of references of every kind, and the filters and ids that
// whoever resolves it cannot do without: in the first round, and in the second
// that needs the answers of the first.
type mixture struct {
	refs                []directory.Ref
	filters, ids, later int
}

func (m *mixture) add(t testing.TB, text string, filters, ids, later int) {
	t.Helper()
	ref, err := directory.ParseRef(text)
	if err != nil {
		t.Fatal(err)
	}
	m.refs = append(m.refs, ref)
	m.filters, m.ids, m.later = m.filters+filters, m.ids+ids, m.later+later
}

// fewest is how many requests the mixture costs at least: 20 steps each, a step
// being a filter of 15 values or a getByIds of 1,000.
func (m *mixture) fewest() int {
	up := func(n, per int) int { return (n + per - 1) / per }
	return up(up(m.filters, 15)+up(m.ids, 1000), 20) + up(up(m.later, 15), 20)
}

// mix names n principals of a crowd: of ten, four sign-in names, a guest's
// address, a mail address that is no sign-in name, a display name, a group and an
// application by name, and an object id, in turn of a user and of a group.
func mix(t testing.TB, home *tenant.Tenant, n int) *mixture {
	t.Helper()
	m := &mixture{}
	for i := 1; i <= n; i++ {
		person := fmt.Sprintf("person-%06d", i)
		switch i % 10 {
		case 0:
			m.add(t, person+"@partner.example", 1, 0, 0)
		case 1:
			mail := fmt.Sprintf("first.last.%d@contoso.com", i)
			change(t, home, person, func(u *tenant.User) { u.Mail = &mail })
			m.add(t, mail, 1, 0, 1)
		case 2:
			name := fmt.Sprintf("Ada Example %d", i)
			change(t, home, person, func(u *tenant.User) { u.DisplayName = name })
			m.add(t, name, 3, 0, 0) // a user, a group or an application
		case 3:
			m.add(t, fmt.Sprintf("group:team-%05d", i/10+1), 1, 0, 0)
		case 4:
			name := fmt.Sprintf("robot-%d", i)
			app, err := home.CreateApplication(tenant.Application{DisplayName: name})
			if err == nil {
				_, err = home.CreateServicePrincipal(tenant.ServicePrincipal{AppID: app.AppID})
			}
			if err != nil {
				t.Fatal(err)
			}
			m.add(t, "sp:"+name, 1, 0, 0)
		case 5:
			if i%20 == 5 {
				m.add(t, tenant.ID("group", string(home.ID), fmt.Sprintf("team-%05d", i/10+1)), 0, 1, 0)
			} else {
				m.add(t, tenant.ID("user", string(home.ID), person), 0, 1, 1) // getByIds leaves out how they sign in
			}
		default:
			m.add(t, person+"@contoso.com", 1, 0, 0)
		}
	}
	return m
}

func change(t testing.TB, home *tenant.Tenant, person string, how func(*tenant.User)) {
	t.Helper()
	id := entra.ObjectID(tenant.ID("user", string(home.ID), person))
	if _, err := home.UpdateUser(id, func(u *tenant.User) error { how(u); return nil }); err != nil {
		t.Fatal(err)
	}
}

// crowded resolves a mixture of n in a directory of so many people, and returns
// the requests that it took.
func crowded(t testing.TB, n int) (m *mixture, resolve func() int) {
	t.Helper()
	s, err := sandbox.Start(t.Context(), sandbox.Options{Dir: t.TempDir(), Users: n, Groups: n/10 + 1, Nesting: 3})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	m = mix(t, s.Directory().Tenants()[0], n)
	return m, func() int {
		c := as(t, s, "admin")
		s.ResetRequests()
		found, err := c.FindAll(t.Context(), m.refs, nil)
		if err != nil {
			t.Fatal(err)
		}
		for i, f := range found {
			if len(f) != 1 {
				t.Fatalf("%v is %+v", m.refs[i], f)
			}
		}
		requests := 0
		for _, count := range s.Requests() {
			requests += count.Count
		}
		return requests
	}
}

// Principals of every kind cost at most 1.2 times the fewest requests that Graph
// allows.
func TestMixedPrincipalsAtScale(t *testing.T) {
	m, resolve := crowded(t, 3000)
	if used := resolve(); float64(used) > 1.2*float64(m.fewest()) {
		t.Errorf("%d requests for %d principals, fewest %d", used, len(m.refs), m.fewest())
	}
}

func BenchmarkResolve(b *testing.B) {
	for _, n := range []int{100, 1000, 10000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			m, resolve := crowded(b, n)
			used := 0
			for b.Loop() {
				used = resolve()
			}
			b.ReportMetric(float64(used), "requests")
			b.ReportMetric(float64(m.fewest()), "fewest")
			b.ReportMetric(float64(used)/float64(m.fewest()), "ratio")
		})
	}
}
