// Package apps makes the steps for the two applications of Microsoft's article
// of 2019: a server app that the cluster's authenticator is, and a client app
// with which people sign in. It makes no cluster, and changes no application
// that does not carry its tag.
package apps

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"time"

	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
	"github.com/kubectl-aad/kubectl-aad/pkg/setup"
)

// Tag is on every application that setup made.
const Tag = "kubectl-aad"

// SecretName is the name of the server app's secrets that setup made.
const SecretName = "kubectl-aad"

// Options say for which cluster the applications are.
type Options struct {
	// Subscription, ResourceGroup and Name make the applications' unique names.
	Subscription  string
	ResourceGroup string
	Name          string

	Cloud  entra.Cloud
	Tenant entra.TenantID
	// ArticlePermissions asks for what the article asks for instead of the
	// least that serves.
	ArticlePermissions bool
	SecretLifetime     time.Duration

	// StepLook is the step that leaves the facts of a cluster that exists;
	// StepCluster the one that gives a new secret to the cluster.
	StepLook, StepCluster string
}

// DefaultSecretLifetime is the article's: one year.
const DefaultSecretLifetime = 365 * 24 * time.Hour

// builder makes the steps for one cluster's applications.
type builder struct {
	Options
	dir   Directory
	facts *setup.Facts
	now   func() time.Time
}

// Steps returns the steps of the applications. The facts that they leave are
// ServerApp, ClientApp, Secret and SecretStands.
func Steps(o Options, dir Directory, facts *setup.Facts, now func() time.Time) []setup.Step {
	b := &builder{Options: o, dir: dir, facts: facts, now: now}
	return []setup.Step{
		b.registration(server),
		b.registration(client),
		b.identifierURI(),
		b.principal(server),
		b.principal(client),
		b.graphPrincipal(),
		b.secret(),
		b.delegatedConsent(),
		b.roleConsent(),
		b.clientPermission(),
		b.clientGrant(),
		b.oldSecrets(),
	}
}

// BeforeCluster are the steps after which a cluster can use the applications.
// Consent is among them although Azure does not ask for it: a cluster is billed,
// and without consent nobody could enter it.
func BeforeCluster() []string {
	return []string{stepSecret, stepDelegated, stepRoles, stepClientGrant}
}

// Ids of the steps.
const (
	stepURI         = "server-uri"
	stepGraph       = "graph-principal"
	stepSecret      = "server-secret"
	stepDelegated   = "server-consent"
	stepRoles       = "server-roles"
	stepPermission  = "client-permission"
	stepClientGrant = "client-grant"
	stepOldSecrets  = "old-secrets"
)

// part is one of the two applications.
type part string

const (
	server part = "server"
	client part = "client"
)

func (p part) step() string          { return string(p) + "-app" }
func (p part) principalStep() string { return string(p) + "-principal" }

// uniqueName is the same for the same cluster for ever, and no other cluster's:
// resource names do not distinguish case.
func (b *builder) uniqueName(p part) string {
	key := strings.ToLower(b.Subscription + "/" + b.ResourceGroup + "/" + b.Name)
	sum := sha256.Sum256([]byte(key))
	return fmt.Sprintf("kubectl-aad-%s-%s-%s", strings.ToLower(b.Name), p, hex.EncodeToString(sum[:6]))
}

// displayName is the article's: myaksclusterServer, myaksclusterClient.
func (b *builder) displayName(p part) string {
	return b.Name + strings.ToUpper(string(p[:1])) + string(p[1:])
}

// scopeID derives the scope's GUID from the server app's unique name, so that
// two runs never make two scopes (a name-based UUID in the form of RFC 9562,
// version 8).
func (b *builder) scopeID() string {
	sum := sha256.Sum256([]byte(b.uniqueName(server) + "/" + scopeValue))
	sum[6] = sum[6]&0x0f | 0x80
	sum[8] = sum[8]&0x3f | 0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", sum[0:4], sum[4:6], sum[6:8], sum[8:10], sum[10:16])
}
