package kube

import (
	"context"
	"net/http"
)

// Identity is who somebody is to the API server.
type Identity struct {
	Username string              `json:"username,omitempty"`
	UID      string              `json:"uid,omitempty"`
	Groups   []string            `json:"groups,omitempty"`
	Extra    map[string][]string `json:"extra,omitempty"`
}

// Attributes are an action that may be allowed or not. Namespace "" is the
// whole cluster, Name "" is any.
type Attributes struct {
	Verb      string `json:"verb,omitempty"`
	Group     string `json:"group,omitempty"`
	Resource  string `json:"resource,omitempty"`
	Name      string `json:"name,omitempty"`
	Namespace string `json:"namespace,omitempty"`

	Subresource string `json:"subresource,omitempty"`
}

type typeMeta struct {
	APIVersion string `json:"apiVersion"`
	Kind       string `json:"kind"`
}

// WhoAmI returns who the API server takes us for (SelfSubjectReview,
// Kubernetes 1.28 and later).
func (c *Cluster) WhoAmI(ctx context.Context) (Identity, error) {
	var review struct {
		Status struct {
			UserInfo Identity `json:"userInfo"`
		} `json:"status"`
	}
	err := c.Do(ctx, Call{
		Op:     "ask the API server who this is",
		Method: http.MethodPost,
		Path:   []string{"apis", "authentication.k8s.io", "v1", "selfsubjectreviews"},
		Body:   typeMeta{"authentication.k8s.io/v1", "SelfSubjectReview"},
	}, &review)
	return review.Status.UserInfo, err
}

// accessReview is a SubjectAccessReview, or with no identity in its spec a
// SelfSubjectAccessReview.
type accessReview struct {
	typeMeta
	Spec struct {
		ResourceAttributes Attributes          `json:"resourceAttributes"`
		User               string              `json:"user,omitempty"`
		UID                string              `json:"uid,omitempty"`
		Groups             []string            `json:"groups,omitempty"`
		Extra              map[string][]string `json:"extra,omitempty"`
	} `json:"spec"`
	Status struct {
		Allowed         bool   `json:"allowed"`
		Reason          string `json:"reason"`
		EvaluationError string `json:"evaluationError"`
	} `json:"status"`
}

// Allowed asks whether we may do it. The text is the authorizer's reason.
func (c *Cluster) Allowed(ctx context.Context, do Attributes) (bool, string, error) {
	review := accessReview{typeMeta: typeMeta{"authorization.k8s.io/v1", "SelfSubjectAccessReview"}}
	review.Spec.ResourceAttributes = do
	return c.review(ctx, "ask what is allowed", "selfsubjectaccessreviews", review)
}

// AllowedFor asks whether somebody else may do it; to ask needs the right to
// create subjectaccessreviews. The text is the authorizer's reason.
func (c *Cluster) AllowedFor(ctx context.Context, who Identity, do Attributes) (bool, string, error) {
	review := accessReview{typeMeta: typeMeta{"authorization.k8s.io/v1", "SubjectAccessReview"}}
	review.Spec.ResourceAttributes = do
	review.Spec.User, review.Spec.UID = who.Username, who.UID
	review.Spec.Groups, review.Spec.Extra = who.Groups, who.Extra
	return c.review(ctx, "ask what "+who.Username+" is allowed", "subjectaccessreviews", review)
}

func (c *Cluster) review(ctx context.Context, op, resource string, review accessReview) (bool, string, error) {
	err := c.Do(ctx, Call{
		Op:     op,
		Method: http.MethodPost,
		Path:   []string{"apis", "authorization.k8s.io", "v1", resource},
		Body:   review,
	}, &review)
	reason := review.Status.Reason
	if reason == "" {
		reason = review.Status.EvaluationError
	}
	return review.Status.Allowed, reason, err
}
