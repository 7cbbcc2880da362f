package cani

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/kubectl-aad/kubectl-aad/pkg/audit"
	"github.com/kubectl-aad/kubectl-aad/pkg/cli/bindings"
	"github.com/kubectl-aad/kubectl-aad/pkg/cli/factory"
	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
	"github.com/kubectl-aad/kubectl-aad/pkg/fault"
	"github.com/kubectl-aad/kubectl-aad/pkg/kube"
)

// Question is what is asked, as typed.
type Question struct {
	Words     []string // verb, resource, maybe a name
	For       string
	Namespace string
	All       bool
	// Exact is an action that is known already; Words are not read then.
	Exact *audit.Action
}

// AddFlags adds the question's flags to a command.
func (q *Question) AddFlags(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringVar(&q.For, "for", "", "ask for this `PRINCIPAL` instead of yourself")
	flags.StringVarP(&q.Namespace, "namespace", "n", "", "`NAMESPACE` in which it would be done (default: the context's)")
	flags.BoolVarP(&q.All, "all-namespaces", "A", false, "in the whole cluster")
}

// Ask works out the answer.
func (q *Question) Ask(ctx context.Context, f *factory.Factory) (*Answer, error) {
	if q.All && q.Namespace != "" {
		return nil, fault.New(fault.Usage, "-A and -n exclude each other")
	}
	do, cluster, err := q.action(ctx, f)
	if err != nil {
		return nil, err
	}
	a := &Answer{Action: do, asked: q.For, now: f.Now()}
	if q.For == "" {
		f = f.Quiet() // the directory would only add names
	}
	w, err := bindings.Read(ctx, f, do.Namespace, false)
	if err == nil {
		err = a.person(ctx, w)
	}
	var roles []audit.RoleRules
	if err == nil {
		roles, err = w.Cluster.RoleRules(ctx, do.Namespace)
		if w.Azure && fault.KindOf(err) == fault.Forbidden {
			w.Miss(audit.PlaneKubernetes, err) // bindings say nothing without their roles
			err = nil
		}
	}
	switch {
	case err == nil:
		a.reason(w, audit.NewAuthorizer(slices.Concat(w.Bindings, w.Elsewhere), roles))
	case q.For == "" && fault.KindOf(err) == fault.Forbidden:
		a.Note = "your rights do not show the bindings: the API server's own answer, without the path"
	default:
		return nil, err
	}
	return a, a.crossCheck(ctx, cluster)
}

// action finds out what the words mean to this cluster.
func (q *Question) action(ctx context.Context, f *factory.Factory) (audit.Action, *kube.Cluster, error) {
	c, err := kube.Connect(f.Kube)
	if err != nil || q.Exact != nil {
		if q.Exact == nil {
			return audit.Action{}, nil, err
		}
		return *q.Exact, c, err
	}
	word, sub, _ := strings.Cut(q.Words[1], "/")
	do := audit.Action{Verb: strings.ToLower(q.Words[0]), Subresource: sub}
	if len(q.Words) > 2 {
		do.Name = q.Words[2]
	}
	if word == "*" {
		do.Group, do.Resource, do.Namespace = "*", "*", q.where(c)
		return do, c, nil
	}
	r, err := c.FindResource(ctx, word)
	if err != nil {
		return do, c, err
	}
	do.Group, do.Resource = r.Group, r.Plural
	if r.Namespaced {
		do.Namespace = q.where(c)
	}
	return do, c, nil
}

func (q *Question) where(c *kube.Cluster) string {
	switch {
	case q.All:
		return ""
	case q.Namespace != "":
		return q.Namespace
	default:
		return c.CurrentNamespace()
	}
}

// person finds out who asks: by the API server's word, or by the directory's.
func (a *Answer) person(ctx context.Context, w *bindings.World) error {
	if a.asked == "" {
		who, err := w.Cluster.WhoAmI(ctx)
		if err != nil {
			return err
		}
		a.who = audit.Identity{Username: who.Username, Groups: who.Groups}
		if oid := who.Extra["oid"]; len(oid) == 1 {
			a.who.Object = oid[0]
		}
		a.Username, a.Claim = who.Username, "the API server knows you so"
		a.groupNames(ctx, w)
		return nil
	}
	p, err := w.Person(ctx, a.asked)
	if err != nil {
		return err
	}
	a.Person = &p
	if err := a.foretell(w, p); err != nil {
		return err
	}
	a.who.Object = string(p.ID)
	slices.Sort(a.who.Groups)
	a.Username, a.Claim = p.Subject.Name, p.Reason
	if w.Directory == nil {
		a.Note = "the directory cannot be read, so memberships in groups are not counted"
	}
	return nil
}

// foretell works out who the person will be to the API server.
func (a *Answer) foretell(w *bindings.World, p bindings.Person) error {
	groups := slices.Collect(maps.Keys(p.Nesting.Of))
	if p.Kind != entra.Group {
		id, err := w.Mapper.Identity(p.Principal, groups)
		a.who, a.extra = audit.Identity{Username: id.Username, Groups: id.Groups}, id.Extra
		return err
	}
	a.who = audit.Identity{Username: "anybody", Groups: []string{p.Subject.Name, "system:authenticated"}}
	for _, id := range groups {
		if name, err := w.Mapper.Group(id); err == nil {
			a.who.Groups = append(a.who.Groups, name)
		}
	}
	return nil
}

// groupNames learns what the caller's groups are called, where they count.
func (a *Answer) groupNames(_ context.Context, w *bindings.World) {
	a.groups = map[string]string{}
	for _, b := range w.Bindings {
		for _, s := range b.Subjects {
			if p, ok := w.People.One(s); ok && s.Kind == audit.KindGroup && slices.Contains(a.who.Groups, s.Name) {
				a.groups[s.Name] = p.Name
			}
		}
	}
}

// crossCheck asks the API server, which has the last word: other authorizers
// than RBAC may allow it too. Who may not ask for others does without.
func (a *Answer) crossCheck(ctx context.Context, c *kube.Cluster) error {
	do := kube.Attributes{Verb: a.Action.Verb, Group: a.Action.Group, Resource: a.Action.Resource, Subresource: a.Action.Subresource,
		Name: a.Action.Name, Namespace: a.Action.Namespace}
	var yes bool
	var reason string
	var err error
	if a.asked == "" {
		yes, reason, err = c.Allowed(ctx, do)
	} else {
		yes, reason, err = c.AllowedFor(ctx, a.identity(), do)
	}
	switch {
	case fault.KindOf(err) == fault.Forbidden && a.worked:
		a.Unknown = !a.Allowed && len(a.Unread) > 0
		return nil
	case err != nil:
		return err
	}
	a.Server = &Verdict{yes, reason}
	if a.worked && yes != a.Allowed {
		a.Note = a.otherwise()
	}
	a.Allowed = yes
	return nil
}

// identity is who the API server is asked about: Azure's authorizer knows people
// by an extra that impersonation alone does not carry.
func (a *Answer) identity() kube.Identity {
	who := kube.Identity{Username: a.who.Username, Groups: a.who.Groups, Extra: a.extra}
	if who.Extra == nil && a.who.Object != "" {
		who.Extra = map[string][]string{"oid": {a.who.Object}}
	}
	return who
}

// otherwise says why the API server may say something else than was worked out.
func (a *Answer) otherwise() string {
	switch {
	case len(a.Unread) > 0:
		return fmt.Sprintf("what could be read comes to %s; the API server says otherwise, and knows the %s plane too", a.Word(), a.Unread[0].Plane)
	case a.azure:
		return fmt.Sprintf("bindings and role assignments come to %s; the API server says otherwise: Azure takes up to 5 minutes, and has conditions and deny assignments", a.Word())
	}
	return fmt.Sprintf("RBAC alone comes to %s; the API server says otherwise, by another authorizer (Azure RBAC, a webhook) or by bindings newer than this answer", a.Word())
}
