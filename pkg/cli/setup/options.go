// Package setup is `kubectl aad setup` and `kubectl aad teardown`: it asks for
// what is missing, shows the plan, and introduces the steps of pkg/setup to
// Azure, the directory and the cluster. What is done, and in which order, is
// theirs to know.
package setup

import (
	"context"
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"github.com/kubectl-aad/kubectl-aad/pkg/cli/factory"
	"github.com/kubectl-aad/kubectl-aad/pkg/fault"
	"github.com/kubectl-aad/kubectl-aad/pkg/setup"
	"github.com/kubectl-aad/kubectl-aad/pkg/setup/aks"
	"github.com/kubectl-aad/kubectl-aad/pkg/setup/apps"
)

// place says which cluster is meant; setup and teardown share it.
type place struct {
	name, group, subscription string
	kubeconfig, context       string
	yes, dryRun               bool
	output                    string
}

func (p *place) add(flags *pflag.FlagSet) {
	flags.StringVar(&p.name, "name", "", "`NAME` of the cluster")
	flags.StringVarP(&p.group, "resource-group", "g", "", "`GROUP` that the cluster is in")
	flags.StringVar(&p.subscription, "subscription", "", "`SUBSCRIPTION` by id or name (default: the only one)")
	flags.StringVar(&p.kubeconfig, "kubeconfig", "", "kubeconfig `FILE` (default: $KUBECONFIG, ~/.kube/config)")
	flags.StringVar(&p.context, "context", "", "`NAME` of the kubeconfig context (default: the cluster's name)")
	flags.BoolVarP(&p.yes, "yes", "y", false, "do not ask")
	flags.BoolVar(&p.dryRun, "dry-run", false, "show the plan and change nothing")
	flags.StringVarP(&p.output, "output", "o", "", "show the plan as `FORMAT`: json or yaml")
}

// options are setup's own flags.
type options struct {
	place
	location           string
	integration        string
	target             string
	allowRetired       bool
	articlePermissions bool
	secretLifetime     time.Duration
	adminGroup         string
	createAdminGroup   string
	admins             []string
	azureRBAC          bool
	nodeCount          int32
	execLogin          string
}

func (o *options) add(flags *pflag.FlagSet) {
	o.place.add(flags)
	flags.StringVarP(&o.location, "location", "l", "", "Azure `REGION`, such as eastus")
	flags.StringVar(&o.integration, "integration", "managed", "`KIND`: managed (AKS's own) or apps (a server app and a client app)")
	flags.StringVar(&o.target, "target", "aks", "`TARGET`: aks or self-managed")
	flags.StringArrayVar(&o.admins, "admin", nil, "`USER` who becomes cluster-admin (repeatable)")
	flags.StringVar(&o.adminGroup, "admin-group", "", "`GROUP` of administrators, by name or object id")
	flags.StringVar(&o.createAdminGroup, "create-admin-group", "", "`NAME` of a group to make, with you in it")
	flags.BoolVar(&o.azureRBAC, "azure-rbac", false, "let Azure's role assignments give access too (kubectl aad bind --plane azure); managed only")
	flags.Int32Var(&o.nodeCount, "node-count", 1, "`NUMBER` of nodes")
	flags.StringVar(&o.execLogin, "exec-login", "", "login `METHOD` to write into kubeconfig (default: none, get-token decides)")
	flags.BoolVar(&o.allowRetired, "allow-retired", false, "try --integration apps on AKS although Azure refuses it since August 2023")
	flags.BoolVar(&o.articlePermissions, "article-permissions", false, "ask for the article's Directory.Read.All instead of the least that serves")
	flags.DurationVar(&o.secretLifetime, "secret-lifetime", apps.DefaultSecretLifetime, "`DURATION` that the server app's secret is valid")
}

// check refuses what cannot work, before anybody is asked anything.
func (o *options) check() error {
	switch {
	case o.target == "self-managed":
		return fault.New(fault.Usage, "--target self-managed is not in this version yet",
			"--target aks works: the default",
			"on an API server of your own, write an AuthenticationConfiguration by hand; then kubectl aad bind, lint and why go by it: --authentication-config FILE")
	case o.target != "aks":
		return fault.Newf(fault.Usage, "unknown --target %q: use aks (self-managed is not in this version yet)", o.target)
	case o.integration != string(setup.Managed) && o.integration != string(setup.Apps):
		return fault.Newf(fault.Usage, "unknown --integration %q: use managed or apps", o.integration)
	case o.integration == string(setup.Apps) && !o.allowRetired:
		return fault.New(fault.Usage, "Azure has refused --integration apps for new AKS clusters since August 2023; nothing was changed",
			"on AKS: --integration managed does the same without app registrations",
			"on API servers of your own: --target self-managed --integration apps (not in this version yet)",
			"to let Azure decide all the same: --allow-retired")
	case o.azureRBAC && o.integration != string(setup.Managed):
		return fault.New(fault.Usage, "--azure-rbac needs --integration managed: Azure RBAC is part of AKS' own")
	case o.nodeCount < 1:
		return fault.Newf(fault.Usage, "--node-count %d: a cluster needs at least one node", o.nodeCount)
	case o.secretLifetime < time.Hour:
		return fault.Newf(fault.Usage, "--secret-lifetime %s is shorter than an hour", o.secretLifetime)
	}
	return nil
}

// complete asks for the required flags that have no value; where nobody can be
// asked, one error names all of them.
func complete(ctx context.Context, f *factory.Factory, required []required) error {
	var missing []string
	for _, r := range required {
		if *r.value == "" {
			missing = append(missing, r.flag)
		}
	}
	if len(missing) > 0 && !f.CanAsk() {
		return fault.New(fault.Usage, "missing: "+strings.Join(missing, ", "))
	}
	for _, r := range required {
		for *r.value == "" {
			answer, err := f.Ask(ctx, r.question)
			if err != nil {
				return err
			}
			*r.value = strings.TrimSpace(answer)
		}
	}
	return nil
}

// Azure's rules for names (Resource Manager, "naming rules and restrictions").
var (
	clusterName = regexp.MustCompile(`^[A-Za-z0-9]([-_A-Za-z0-9]{0,61}[A-Za-z0-9])?$`)
	groupName   = regexp.MustCompile(`^[-\w.()]{0,89}[-\w()]$`)
)

// check refuses names that Azure would refuse after half of the work.
func (p *place) check() error {
	switch {
	case !clusterName.MatchString(p.name):
		return fault.Newf(fault.Usage, "--name %q: a cluster's name is 1 to 63 letters, digits, - and _, with a letter or digit at both ends", p.name)
	case !groupName.MatchString(p.group):
		return fault.Newf(fault.Usage, "--resource-group %q: a group's name is 1 to 90 letters, digits, -, _, ., ( and ), with no . at its end", p.group)
	}
	return nil
}

type required struct {
	flag, question string
	value          *string
}

func (p *place) required() []required {
	return []required{
		{"--name", "Name of the cluster", &p.name},
		{"--resource-group", "Resource group", &p.group},
	}
}

// cluster returns the options of the cluster's steps.
func (o *options) cluster() aks.Options {
	c := aks.Options{
		ResourceGroup: o.group, Name: o.name, Location: o.location, NodeCount: o.nodeCount,
		Integration: setup.Integration(o.integration), ContextName: o.context,
		AdminGroup: o.adminGroup, CreateAdminGroup: o.createAdminGroup, Admins: o.admins, AzureRBAC: o.azureRBAC,
	}
	if c.Integration == setup.Apps {
		c.Before = apps.BeforeCluster()
		c.AdminContext = true // as the article does: without it nobody could bind anybody
	}
	return c
}

func (o *options) headline() string {
	kind := "Entra sign-in managed by AKS"
	if o.integration == string(setup.Apps) {
		kind = "a server app and a client app"
	}
	return fmt.Sprintf("Plan for AKS cluster %s: %s", o.name, kind)
}
