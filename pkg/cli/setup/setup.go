package setup

import (
	"context"
	"fmt"
	"slices"

	"github.com/spf13/cobra"

	"github.com/kubectl-aad/kubectl-aad/pkg/aks"
	"github.com/kubectl-aad/kubectl-aad/pkg/cli/factory"
	"github.com/kubectl-aad/kubectl-aad/pkg/cli/kubeconfig"
	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
	kubefile "github.com/kubectl-aad/kubectl-aad/pkg/kube/kubeconfig"
	"github.com/kubectl-aad/kubectl-aad/pkg/safetext"
	"github.com/kubectl-aad/kubectl-aad/pkg/setup"
	setupaks "github.com/kubectl-aad/kubectl-aad/pkg/setup/aks"
	"github.com/kubectl-aad/kubectl-aad/pkg/setup/apps"
)

// New returns the command setup.
func New(f *factory.Factory) *cobra.Command {
	o := &options{}
	cmd := &cobra.Command{
		Use:   "setup --name NAME -g GROUP -l REGION",
		Short: "Make a cluster that people sign in to with Entra ID",
		Long: `Show a plan, ask, and make a cluster that accepts Entra sign-in, with its
administrators and a kubeconfig context that works.

Running it again does what is missing and nothing else, also after an
interruption. Nothing is changed that setup did not make.`,
		Example: `  kubectl aad setup --name myakscluster -g myResourceGroup -l eastus \
    --admin alice@contoso.com
  kubectl aad setup --name myakscluster -g myResourceGroup -l eastus \
    --create-admin-group aks-admins
  kubectl aad setup --name myakscluster -g myResourceGroup -l eastus \
    --integration apps --allow-retired`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return o.run(cmd.Context(), f) },
	}
	o.add(cmd.Flags())
	f.AddManagementFlags(cmd)
	return cmd
}

func (o *options) run(ctx context.Context, f *factory.Factory) error {
	if err := o.check(); err != nil {
		return err
	}
	required := append(o.place.required(), required{"--location", "Azure region, such as eastus", &o.location})
	if err := complete(ctx, f, required); err != nil {
		return err
	}
	if err := o.place.check(); err != nil {
		return err
	}
	if _, err := setupaks.Steps(o.cluster(), setupaks.Ports{}, &setup.Facts{}); err != nil {
		return err // before anybody signs in
	}
	w, err := o.place.enter(ctx, f)
	if err != nil {
		return err
	}
	w.file.Login = o.execLogin
	facts := &setup.Facts{}
	steps, err := o.steps(w, facts)
	if err != nil {
		return err
	}
	doc := document{Integration: o.integration, Subscription: w.subscription.ID, Tenant: string(w.subscription.Tenant),
		ResourceGroup: o.group, Name: o.name}
	headline := []string{o.headline(), w.where()}
	done, err := w.carryOut(ctx, f, &o.place, steps, doc, headline, false)
	if err != nil || !done {
		return err
	}
	o.farewell(ctx, f, w, facts)
	return nil
}

// steps are those of the integration and those of the cluster.
func (o *options) steps(w *world, facts *setup.Facts) ([]setup.Step, error) {
	c := o.cluster()
	c.Subscription = w.subscription
	steps, err := setupaks.Steps(c, w.ports, facts)
	if err != nil || c.Integration != setup.Apps {
		return steps, err
	}
	a := w.apps(&o.place)
	a.ArticlePermissions, a.SecretLifetime = o.articlePermissions, o.secretLifetime
	return slices.Concat(apps.Steps(a, w.directory, facts, w.now), steps), nil
}

// farewell says what to type next.
func (o *options) farewell(ctx context.Context, f *factory.Factory, w *world, facts *setup.Facts) {
	at := setupaks.Context{Cluster: facts.Cluster.Value()}
	name := safetext.Clean(w.file.ContextName(at))
	fmt.Fprintf(f.Err, "\nReady. Context %q is in %s.\n", name, w.file.Path)
	if o.integration == string(setup.Apps) {
		at.Admin = true
		fmt.Fprintf(f.Err, "Let somebody in:  kubectl aad bind user@contoso.com --context %s\n", safetext.Clean(w.file.ContextName(at)))
	}
	if me := outsider(ctx, w.directory, facts); me != nil {
		who := safetext.Command(me.SignInName())
		fmt.Fprintf(f.Err, "%s is not among its administrators: sign in as one of them,\nor run the same command with --admin %s too.\n", who, who)
	}
	fmt.Fprintf(f.Err, "Next:             kubectl --context %s get pods --all-namespaces\n", name)
}

// world is everything that the steps need, connected.
type world struct {
	cloud        entra.Cloud
	subscription aks.Subscription
	directory    factory.Directory
	ports        setupaks.Ports
	file         *kubeconfig.Writer
	now          clock
}

// enter signs in and finds the subscription.
func (p *place) enter(ctx context.Context, f *factory.Factory) (*world, error) {
	cloud, err := f.Cloud()
	if err != nil {
		return nil, err
	}
	azure, err := f.Azure(ctx)
	if err != nil {
		return nil, err
	}
	sub, err := kubeconfig.ChooseSubscription(ctx, f, azure, p.subscription)
	if err != nil {
		return nil, err
	}
	dir, err := f.Directory(ctx)
	if err != nil {
		return nil, err
	}
	file := &kubeconfig.Writer{Path: kubefile.Path(p.kubeconfig, f.Getenv("KUBECONFIG")),
		Cloud: cloud, Tenant: sub.Tenant, Name: p.context}
	return &world{cloud: cloud, subscription: sub, directory: dir, file: file, now: f.Now,
		ports: setupaks.Ports{Azure: azure, People: newPeople(f, dir), Access: access{f.Now}, Kubeconfig: file}}, nil
}

func (w *world) where() string {
	return fmt.Sprintf("in subscription %s (%s)", w.subscription.Name, w.subscription.ID)
}

// apps are the options that setup and teardown share.
func (w *world) apps(p *place) apps.Options {
	return apps.Options{Subscription: w.subscription.ID, ResourceGroup: p.group, Name: p.name,
		Cloud: w.cloud, Tenant: w.subscription.Tenant,
		StepLook: setupaks.StepExisting, StepCluster: setupaks.StepCluster}
}
