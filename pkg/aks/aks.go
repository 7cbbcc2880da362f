// Package aks holds what the rest of the program knows of a managed cluster,
// without the SDK's types. It talks to nobody.
package aks

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"

	"github.com/kubectl-aad/kubectl-aad/pkg/entra"
	"github.com/kubectl-aad/kubectl-aad/pkg/safetext"
)

// Cluster is a managed cluster as ARM describes it. Zero values mean that ARM
// did not say.
type Cluster struct {
	ID            string // full ARM id
	Subscription  string
	ResourceGroup string
	Name          string
	Location      string
	State         string // provisioningState
	Running       bool   // powerState Running
	FQDN          string
	Tags          map[string]string

	Entra                 *EntraProfile // nil: the cluster knows no Entra sign-in
	LocalAccountsDisabled bool
}

// EntryName is how the cluster's entries in a kubeconfig are called. It ends in
// a hash of subscription, group and name: another subscription's cluster of the
// same name is another cluster. ARM keeps any case, so that none counts.
func (c Cluster) EntryName() string {
	id := strings.ToLower(c.Subscription + "/" + c.ResourceGroup + "/" + c.Name) // none of them has a slash
	sum := sha256.Sum256([]byte(id))
	return "aad_" + strings.ToLower(c.ResourceGroup+"_"+c.Name) + "_" + hex.EncodeToString(sum[:4])
}

// EntraProfile is the cluster's aadProfile.
type EntraProfile struct {
	Managed     bool
	AzureRBAC   bool
	Tenant      entra.TenantID
	AdminGroups []entra.ObjectID

	// The article's two applications; empty on a managed integration.
	ServerApp entra.ClientID
	ClientApp entra.ClientID
}

// ServerID returns the audience that the cluster's authenticator wants.
func (p *EntraProfile) ServerID() entra.ClientID {
	if p.Managed {
		return entra.AKSServer
	}
	return p.ServerApp
}

// ClientID returns the public client with which people sign in.
func (p *EntraProfile) ClientID() entra.ClientID {
	if p.Managed {
		return entra.AKSClient
	}
	return p.ClientApp
}

// Tags that setup leaves on the clusters it makes.
const (
	TagOwned       = "kubectl-aad"           // integration: "managed" or "apps"
	TagSecretKeyID = "kubectl-aad-secret-id" // keyId of the server app's secret, never its value
)

// Subscription is one of the caller's subscriptions.
type Subscription struct {
	ID     string
	Name   string
	Tenant entra.TenantID
}

// ResourceGroup is where a cluster lives.
type ResourceGroup struct {
	Name     string
	Location string
	Tags     map[string]string
}

// ClusterSpec is a cluster that does not exist yet.
type ClusterSpec struct {
	Subscription  string
	ResourceGroup string
	Name          string
	Location      string
	NodeCount     int32
	Tags          map[string]string
	Entra         EntraProfile
	ServerSecret  safetext.Secret // apps only: the server app's secret
}
