// Package login is `kubectl aad login`: it signs a person in for a context of
// the kubeconfig, or to manage, before a command needs it. How to sign in is
// the broker's and the methods' affair.
package login

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/kubectl-aad/kubectl-aad/pkg/cli/factory"
	"github.com/kubectl-aad/kubectl-aad/pkg/cli/gettoken"
	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
	"github.com/kubectl-aad/kubectl-aad/pkg/fault"
	"github.com/kubectl-aad/kubectl-aad/pkg/login"
	"github.com/kubectl-aad/kubectl-aad/pkg/safetext"
	"github.com/kubectl-aad/kubectl-aad/pkg/token"
)

type command struct {
	*factory.Factory
	methods login.Registry

	kubeconfig, context        string
	manage, force, record, pin bool
}

// New returns the command.
func New(f *factory.Factory, methods login.Registry) *cobra.Command {
	c := &command{Factory: f, methods: methods}
	cmd := &cobra.Command{
		Use:   "login [--context NAME | --manage] [--account USER]",
		Short: "Sign in before a command asks for it",
		Long: `Sign in for a context of the kubeconfig (the current one by default), or with
--manage for the commands that call Microsoft Graph and Azure. Who is signed in
already is not asked again, unless --force is given.

With --account, the context's entry in the kubeconfig gets --account too: two
accounts of one tenant then live side by side, each in its context.`,
		Example: `  kubectl aad login
  kubectl aad login --context prod --account admin@contoso.com
  kubectl aad login --manage --tenant-id contoso.com`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return c.run(cmd.Context()) },
	}
	f.AddManagementFlags(cmd)
	flags := cmd.Flags()
	flags.Lookup("account").Usage = "sign in as this `USER`, and write it into the context's entry"
	flags.Lookup("login").Usage = "login `METHOD` this time"
	for _, name := range []string{"client-id", "client-secret-file", "tenant-id"} {
		flags.Lookup(name).Usage += "; with --manage"
	}
	flags.StringVar(&c.kubeconfig, "kubeconfig", "", "`FILE` to read and write (default: as kubectl)")
	flags.StringVar(&c.context, "context", "", "`NAME` of the context to sign in for")
	flags.BoolVar(&c.manage, "manage", false, "sign in for Microsoft Graph and Azure")
	flags.BoolVar(&c.force, "force", false, "ask for a new sign-in although there is one")
	flags.BoolVar(&c.record, "record", true, "write --account into the kubeconfig")
	flags.BoolVar(&c.pin, "default", false, "make the account the one that is meant where a kubeconfig names none")
	cmd.MarkFlagsMutuallyExclusive("context", "manage")
	return cmd
}

func (c *command) run(ctx context.Context) error {
	if c.manage {
		return c.forManaging(ctx)
	}
	if m := c.Management; m.ClientID != "" || m.ClientSecretFile != "" || m.TenantID != "" {
		return fault.New(fault.Usage, "a context names its own tenant and client: --client-id, --client-secret-file and --tenant-id go with --manage",
			"kubectl aad login --help")
	}
	at, found, err := gettoken.FindContext(c.Factory, c.kubeconfig, c.context)
	if err != nil {
		return err
	}
	if !found {
		return fault.New(fault.Usage, "the kubeconfig has no current context",
			"kubectl aad login --context NAME", "kubectl aad login --manage   # for Microsoft Graph and Azure")
	}
	return c.forContext(ctx, at)
}

func (c *command) forContext(ctx context.Context, at gettoken.Context) error {
	b, req, err := at.Broker(c.Factory, c.methods, true)
	if err != nil {
		return err
	}
	if req, err = c.wanted(req); err != nil {
		return err
	}
	if err := c.signIn(ctx, b, req, fmt.Sprintf("context %q", at.Context)); err != nil {
		return err
	}
	if c.Management.Account == "" || !c.record {
		return nil
	}
	changed, err := record(c.Factory, c.kubeconfig, at, c.Management.Account)
	if changed {
		fmt.Fprintf(c.Out, "Context %q now names --account %s.\n", at.Context, safetext.Clean(c.Management.Account))
	}
	return err
}

func (c *command) forManaging(ctx context.Context) error {
	b, req, err := gettoken.Management(c.Factory, c.methods)
	if err != nil {
		return err
	}
	return c.signIn(ctx, b, req, "managing")
}

// wanted applies --account and --login to a context's request.
func (c *command) wanted(req token.Request) (token.Request, error) {
	if c.Management.Account != "" {
		req.Account = c.Management.Account
	}
	if c.Management.Login != "" {
		method, err := token.FindMethod(c.Management.Login)
		if err != nil {
			return req, fault.Wrap(fault.Usage, "", err)
		}
		req.Method = method
	}
	return req, nil
}

func (c *command) signIn(ctx context.Context, b *login.Broker, req token.Request, what string) error {
	get := b.Token
	if c.force && req.ForPerson() {
		get = b.SignIn
	}
	t, err := get(ctx, req)
	if err != nil {
		return err
	}
	if c.pin {
		if err := b.Pin(ctx, req); err != nil {
			return err
		}
	}
	who, tenant := "an application", req.Tenant
	if claims, err := entra.ParseClaims(t.Access.Reveal()); err == nil {
		who, tenant = claims.Username(), string(claims.Tenant)
		if who == "" {
			who = "application " + string(claims.Client())
		}
	}
	verb := "Signed in"
	if !b.Asked() && req.ForPerson() {
		verb = "Already signed in"
	}
	fmt.Fprintf(c.Out, "%s as %s of tenant %s for %s; the token is valid until %s.\n", verb,
		safetext.Clean(who), safetext.Clean(tenant), what, t.Expires.Local().Format("15:04"))
	return nil
}
