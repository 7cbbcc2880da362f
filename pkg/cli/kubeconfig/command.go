package kubeconfig

import (
	"context"
	"fmt"
	"maps"
	"net/url"
	"os"
	"slices"

	"github.com/spf13/cobra"

	"github.com/kubectl-aad/kubectl-aad/pkg/aks"
	"github.com/kubectl-aad/kubectl-aad/pkg/cli/factory"
	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
	"github.com/kubectl-aad/kubectl-aad/pkg/fault"
	"github.com/kubectl-aad/kubectl-aad/pkg/kube/kubeconfig"
	"github.com/kubectl-aad/kubectl-aad/pkg/near"
	"github.com/kubectl-aad/kubectl-aad/pkg/safetext"
	"github.com/kubectl-aad/kubectl-aad/pkg/setup"
	setupaks "github.com/kubectl-aad/kubectl-aad/pkg/setup/aks"
)

type options struct {
	group, name, subscription string
	server, caFile, serverID  string
	file, context, execLogin  string
}

// New returns the command.
func New(f *factory.Factory) *cobra.Command {
	o := &options{}
	cmd := &cobra.Command{
		Use:   "kubeconfig -g GROUP -n NAME",
		Short: "Write a kubeconfig context that signs in with Entra ID",
		Long: `Write one context with our sign-in into kubeconfig: what a developer runs
instead of "az aks get-credentials". It needs no right but to list the
cluster's user credential (Azure Kubernetes Service Cluster User Role).

For a cluster outside Azure, give its address and applications instead.`,
		Example: `  kubectl aad kubeconfig -g myResourceGroup -n myakscluster
  kubectl aad kubeconfig --server https://10.0.0.1:6443 --ca ca.pem \
    --server-id SERVER-APP-ID --client-id CLIENT-APP-ID --tenant-id TENANT`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return o.run(cmd.Context(), f) },
	}
	flags := cmd.Flags()
	flags.StringVarP(&o.group, "resource-group", "g", "", "`GROUP` that the cluster is in")
	flags.StringVarP(&o.name, "name", "n", "", "`NAME` of the cluster")
	flags.StringVar(&o.subscription, "subscription", "", "`SUBSCRIPTION` by id or name (default: the only one)")
	flags.StringVar(&o.server, "server", "", "`URL` of an API server outside Azure")
	flags.StringVar(&o.caFile, "ca", "", "PEM `FILE` with the CA of --server")
	flags.StringVar(&o.serverID, "server-id", "", "`ID` of the server app that --server trusts")
	flags.StringVarP(&o.file, "file", "f", "", "`FILE` to write (default: --kubeconfig, $KUBECONFIG, ~/.kube/config)")
	flags.StringVar(&o.file, "kubeconfig", "", "same as --file")
	flags.StringVar(&o.context, "context", "", "`NAME` of the context (default: the cluster's)")
	flags.StringVar(&o.execLogin, "exec-login", "", "login `METHOD` to write into the context (default: none, get-token decides)")
	f.AddManagementFlags(cmd)
	return cmd
}

func (o *options) run(ctx context.Context, f *factory.Factory) error {
	cloud, err := f.Cloud()
	if err != nil {
		return err
	}
	w := Writer{Path: kubeconfig.Path(o.file, f.Getenv("KUBECONFIG")), Cloud: cloud, Name: o.context, Login: o.execLogin}
	var name string
	if o.server != "" {
		name, err = o.writeServer(f, w)
	} else {
		name, err = o.writeCluster(ctx, f, w)
	}
	if err != nil {
		return err
	}
	fmt.Fprintf(f.Out, "context %q written to %s\n", safetext.Clean(name), w.Path)
	fmt.Fprintf(f.Err, "next: kubectl --context %s get pods\n", safetext.Clean(name))
	return nil
}

// writeCluster takes what Azure gives to ordinary users.
func (o *options) writeCluster(ctx context.Context, f *factory.Factory, w Writer) (string, error) {
	if err := missing(map[string]string{"--resource-group": o.group, "--name": o.name},
		"or, outside Azure: --server URL --ca FILE --server-id ID --client-id ID --tenant-id TENANT"); err != nil {
		return "", err
	}
	azure, err := f.Azure(ctx)
	if err != nil {
		return "", err
	}
	sub, err := ChooseSubscription(ctx, f, azure, o.subscription)
	if err != nil {
		return "", err
	}
	w.Tenant = sub.Tenant
	from, err := azure.UserKubeconfig(ctx, sub.ID, o.group, o.name)
	if err != nil {
		return "", fault.Hint(err, o.resembling(ctx, azure, sub.ID, err)...)
	}
	c := setupaks.Context{From: from, Cluster: aks.Cluster{ResourceGroup: o.group, Name: o.name}}
	if !complete(from) {
		if c.Cluster, err = azure.Cluster(ctx, sub.ID, o.group, o.name); err != nil {
			return "", err
		}
	}
	c.Cluster.Subscription = sub.ID
	return w.ContextName(c), w.Write(c)
}

// resembling returns how to name the clusters that may have been meant. Whoever
// may not list clusters gets none.
func (o *options) resembling(ctx context.Context, azure factory.Azure, subscription string, err error) []string {
	if fault.KindOf(err) != fault.NotFound {
		return nil
	}
	all, _ := azure.Clusters(ctx, subscription)
	commands := map[string][]string{}
	for _, c := range all {
		commands[c.Name] = append(commands[c.Name], fmt.Sprintf("kubectl aad kubeconfig -g %s -n %s", c.ResourceGroup, c.Name))
	}
	var hints []string
	for _, name := range near.Match(o.name, slices.Sorted(maps.Keys(commands)), 3) {
		hints = append(hints, commands[name]...)
	}
	return hints
}

// writeServer takes everything from the command line. There is nothing to
// manage then, so that the management flags of the same names mean the context.
func (o *options) writeServer(f *factory.Factory, w Writer) (string, error) {
	m := f.Management
	if err := missing(map[string]string{"--ca": o.caFile, "--server-id": o.serverID,
		"--client-id": m.ClientID, "--tenant-id": m.TenantID}); err != nil {
		return "", err
	}
	u, err := url.Parse(o.server)
	if err != nil || u.Scheme != "https" || u.Host == "" {
		return "", fault.Newf(fault.Usage, "--server %q is not an https URL", o.server)
	}
	ca, err := os.ReadFile(o.caFile)
	if err != nil {
		return "", fault.Wrap(fault.Usage, "--ca", err)
	}
	if w.Name == "" {
		w.Name = u.Hostname()
	}
	login := w.Login
	if login == "" {
		login = m.Login
	}
	id := "aad_" + w.Name
	e := kubeconfig.Entry{Context: w.Name, Cluster: id, User: id, Server: o.server, CA: ca, Exec: exec(setup.SignIn{
		Cloud: w.Cloud, Tenant: entra.TenantID(m.TenantID), Server: entra.ClientID(o.serverID),
		Client: entra.ClientID(m.ClientID), Login: login})}
	c := setupaks.Context{Cluster: aks.Cluster{Name: w.Name}}
	if have, found, err := w.find(c); err != nil {
		return "", err
	} else if found && have.User != id {
		if err := w.taken(c, have, o.server); err != nil {
			return "", err
		}
	}
	return w.Name, kubeconfig.Merge(w.Path, e, true)
}
