package main

import (
	"flag"
	"fmt"
	"io"
	"net"
	"strings"

	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
	"github.com/kubectl-aad/kubectl-aad/pkg/fault"
)

// options are the command line, checked.
type options struct {
	cloud                entra.Cloud
	tenant               entra.TenantID
	client               entra.ClientID
	audiences            []string
	acceptV2, version    bool
	secretFile           string
	onBehalf             bool
	securityOnly         bool
	listen, healthListen string
	cert, key, clientCA  string
}

const usage = `aad-webhook answers TokenReviews of a Kubernetes API server for tokens of Entra ID.

Usage:
  aad-webhook --tenant-id GUID --client-id GUID --tls-cert-file FILE --tls-private-key-file FILE [flags]

Flags:
`

func parseOptions(args []string, getenv func(string) string, stdout io.Writer) (options, error) {
	var o options
	var cloud, tenant, client, graphAuth, groupClaims string
	fs := flag.NewFlagSet("aad-webhook", flag.ContinueOnError)
	fs.SetOutput(io.Discard)
	fs.Usage = func() {
		fmt.Fprint(stdout, usage)
		fs.VisitAll(func(f *flag.Flag) { fmt.Fprintf(stdout, "  --%s\n        %s\n", f.Name, f.Usage) })
	}
	fs.StringVar(&cloud, "cloud", "", "public (the default), usgov, china, or a cloud file; also AZURE_CLOUD_FILE, AZURE_ENVIRONMENT_FILEPATH")
	fs.StringVar(&tenant, "tenant-id", "", "the tenant whose tokens are accepted")
	fs.StringVar(&client, "client-id", "", "the server app; tokens for it, or for api:// and it, are accepted")
	fs.Func("audience", "another accepted audience; repeatable", func(s string) error {
		o.audiences = append(o.audiences, s)
		return nil
	})
	fs.BoolVar(&o.acceptV2, "accept-v2", false, "accept v2 tokens too (requestedAccessTokenVersion 2)")
	fs.StringVar(&o.secretFile, "client-secret-file", "", "file with the server app's secret, to look up the groups of those who have too many for a token; read again when it changes")
	fs.StringVar(&graphAuth, "graph-auth", "app", "how Microsoft Graph is asked: app (as the server app) or obo (on behalf of the bearer)")
	fs.StringVar(&groupClaims, "group-claims", "SecurityGroup", "the server app's groupMembershipClaims: SecurityGroup, or All with distribution lists")
	fs.StringVar(&o.listen, "listen", "127.0.0.1:8443", "address for TokenReviews; port 0 takes a free one")
	fs.StringVar(&o.healthListen, "health-listen", "127.0.0.1:8081", "address for /healthz, /readyz and /metrics, plain HTTP")
	fs.StringVar(&o.cert, "tls-cert-file", "", "certificate, PEM; read again when it changes")
	fs.StringVar(&o.key, "tls-private-key-file", "", "its private key, PEM")
	fs.StringVar(&o.clientCA, "client-ca-file", "", "CA of the clients' certificates, PEM; required unless --listen is on loopback")
	fs.BoolVar(&o.version, "version", false, "print the version")
	if err := fs.Parse(args); err != nil {
		return o, fault.Wrap(fault.Usage, "", err)
	}
	if fs.NArg() > 0 {
		return o, fault.Newf(fault.Usage, "unexpected argument %q", fs.Arg(0))
	}
	if o.version {
		return o, nil
	}
	if err := o.choose(graphAuth, groupClaims); err != nil {
		return o, err
	}
	return o, o.check(cloudArgument(cloud, getenv), tenant, client)
}

func cloudArgument(flag string, getenv func(string) string) string {
	for _, s := range []string{flag, getenv("AZURE_CLOUD_FILE"), getenv("AZURE_ENVIRONMENT_FILEPATH")} {
		if s != "" {
			return s
		}
	}
	return ""
}

func (o *options) choose(graphAuth, groupClaims string) error {
	switch graphAuth {
	case "app", "obo":
		o.onBehalf = graphAuth == "obo"
	default:
		return fault.Newf(fault.Usage, "--graph-auth %q: known are app and obo", graphAuth)
	}
	switch {
	case strings.EqualFold(groupClaims, "SecurityGroup"):
		o.securityOnly = true
	case strings.EqualFold(groupClaims, "All"):
	default:
		return fault.Newf(fault.Usage, "--group-claims %q: known are SecurityGroup and All", groupClaims)
	}
	return nil
}

func (o *options) check(cloud, tenant, client string) (err error) {
	if o.cloud, err = entra.FindCloud(cloud); err != nil {
		return fault.Wrap(fault.Usage, "--cloud", err)
	}
	for _, id := range []struct{ flag, value string }{{"--tenant-id", tenant}, {"--client-id", client}} {
		if !entra.IsGUID(id.value) {
			return fault.Newf(fault.Usage, "%s must be a GUID, not %q", id.flag, id.value)
		}
	}
	for _, file := range []struct{ flag, value string }{{"--tls-cert-file", o.cert}, {"--tls-private-key-file", o.key}} {
		if file.value == "" {
			return fault.Newf(fault.Usage, "%s is required", file.flag)
		}
	}
	if o.clientCA == "" && !loopback(o.listen) {
		return fault.Hint(fault.Newf(fault.Usage, "--client-ca-file is required, because --listen %q is not on loopback", o.listen),
			"without client certificates everybody who reaches the address can try tokens; or use --listen 127.0.0.1:8443")
	}
	for _, a := range o.audiences {
		if a == "" {
			return fault.New(fault.Usage, "--audience must not be empty")
		}
	}
	o.tenant, o.client = entra.TenantID(strings.ToLower(tenant)), entra.ClientID(strings.ToLower(client))
	o.audiences = append([]string{string(o.client), "api://" + string(o.client)}, o.audiences...)
	return nil
}

// loopback reports whether an address to listen on is reached from this machine
// only. A name counts only if it is localhost.
func loopback(address string) bool {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return false
	}
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}
