// Package guard is the authorizer of a cluster with Azure RBAC: it answers the
// API server's SubjectAccessReviews by what ARM says of role assignments, with
// the rules and words of kubeguard/guard, AKS' own. It judges no token and keeps
// no answer: the API server does.
package guard

import (
	"context"
	"encoding/json"
	"net/http"
	"path"
	"strings"

	authorization "k8s.io/api/authorization/v1"
)

// Guard's verdicts (authz/providers/azure/rbac/checkaccessreqhelper.go).
const (
	noOpinion  = "Azure does not have opinion for this user."
	notEntra   = "Access denied by Azure RBAC for non AAD users. Configure --azure.skip-authz-for-non-aad-users to enable access. If you are an AAD user, please set Extra:oid parameter for impersonated user in the kubeconfig."
	notAllowed = "User does not have access to the resource in Azure. Update role assignment to allow access."
	failed     = "Access denied due to Azure RBAC check failure. Please retry later."
)

// Question is what ARM is asked: may somebody do this at a scope?
type Question struct {
	Object string   // the person's object id
	Groups []string // of their token, those that are ids
	Action string   // the data action
	Scope  string
}

// Answer is what ARM says. Assignment and Role are the ids by which it is so.
type Answer struct {
	Allowed          bool
	Assignment, Role string
}

// Access is the ARM that is asked.
type Access interface {
	Check(ctx context.Context, q Question) (Answer, error)
}

// Handler answers reviews for the cluster with an ARM id.
func Handler(cluster string, azure Access) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var review authorization.SubjectAccessReview
		if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, 1<<20)).Decode(&review); err != nil {
			http.Error(w, "the body is no SubjectAccessReview", http.StatusBadRequest)
			return
		}
		review.Status = decide(r.Context(), cluster, azure, review.Spec)
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(review)
	})
}

func decide(ctx context.Context, cluster string, azure Access, spec authorization.SubjectAccessReviewSpec) authorization.SubjectAccessReviewStatus {
	if strings.HasPrefix(strings.ToLower(spec.User), "system:") {
		return authorization.SubjectAccessReviewStatus{Reason: noOpinion}
	}
	oid := spec.Extra["oid"]
	if len(oid) != 1 {
		return authorization.SubjectAccessReviewStatus{Denied: true, Reason: notEntra}
	}
	answer, err := azure.Check(ctx, Question{Object: oid[0], Groups: ids(spec.Groups), Action: action(spec), Scope: scope(cluster, spec)})
	switch {
	case err != nil:
		return authorization.SubjectAccessReviewStatus{Denied: true, Reason: failed, EvaluationError: err.Error()}
	case answer.Allowed:
		return authorization.SubjectAccessReviewStatus{Allowed: true,
			Reason: "Access allowed by Azure RBAC Role Assignment " + answer.Assignment + " of Role " + answer.Role + " to user " + spec.User}
	}
	return authorization.SubjectAccessReviewStatus{Denied: true, Reason: notAllowed}
}

// ids keeps the groups that Entra ID knows.
func ids(groups []string) []string {
	var list []string
	for _, g := range groups {
		if len(g) == 36 && strings.Count(g, "-") == 4 {
			list = append(list, g)
		}
	}
	return list
}

func scope(cluster string, spec authorization.SubjectAccessReviewSpec) string {
	if a := spec.ResourceAttributes; a != nil && a.Namespace != "" {
		return cluster + "/namespaces/" + a.Namespace
	}
	return cluster
}

const managedClusters = "Microsoft.ContainerService/managedClusters"

// action is the data action of a request. Subresources do not count, but for
// pods/exec.
func action(spec authorization.SubjectAccessReviewSpec) string {
	if a := spec.NonResourceAttributes; a != nil {
		return path.Join(managedClusters, a.Path, operation(a.Verb))
	}
	a := spec.ResourceAttributes
	switch {
	case a == nil:
		return managedClusters
	case a.Resource == "pods" && a.Subresource == "exec":
		return path.Join(managedClusters, a.Group, "pods/exec/action")
	}
	return path.Join(managedClusters, a.Group, a.Resource, operation(a.Verb))
}

func operation(verb string) string {
	switch verb {
	case "get", "list", "watch":
		return "read"
	case "bind", "escalate", "use", "impersonate":
		return verb + "/action"
	case "create", "patch", "update":
		return "write"
	case "delete", "deletecollection":
		return "delete"
	case "*":
		return "*"
	}
	return ""
}
