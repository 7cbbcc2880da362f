package binding

// Group is the API group of bindings and roles.
const Group = "rbac.authorization.k8s.io"

// Manifest is a binding in the wire form of rbac.authorization.k8s.io/v1, for
// the API server and for files.
type Manifest struct {
	APIVersion string       `json:"apiVersion"`
	Kind       string       `json:"kind"`
	Metadata   Metadata     `json:"metadata"`
	RoleRef    RoleRef      `json:"roleRef"`
	Subjects   []SubjectRef `json:"subjects,omitempty"`
}

// Metadata is the part of an object's metadata that bindings need.
type Metadata struct {
	Name            string            `json:"name"`
	Namespace       string            `json:"namespace,omitempty"`
	Labels          map[string]string `json:"labels,omitempty"`
	Annotations     map[string]string `json:"annotations,omitempty"`
	ResourceVersion string            `json:"resourceVersion,omitempty"`
}

// RoleRef names a role on the wire.
type RoleRef struct {
	APIGroup string `json:"apiGroup"`
	Kind     string `json:"kind"`
	Name     string `json:"name"`
}

// SubjectRef names a subject on the wire.
type SubjectRef struct {
	APIGroup  string `json:"apiGroup,omitempty"`
	Kind      string `json:"kind"`
	Name      string `json:"name"`
	Namespace string `json:"namespace,omitempty"`
}

// Manifest returns b's wire form. The API group of users and groups is always
// written: some reconcilers add subjects without it again and again.
func (b Binding) Manifest() Manifest {
	m := Manifest{
		APIVersion: Group + "/v1",
		Kind:       b.Kind(),
		Metadata: Metadata{Name: b.Name, Namespace: b.Namespace, Labels: b.Labels, Annotations: b.Annotations,
			ResourceVersion: b.ResourceVersion},
		RoleRef: RoleRef{APIGroup: Group, Kind: b.Role.Kind, Name: b.Role.Name},
	}
	for _, s := range b.Subjects {
		ref := SubjectRef{APIGroup: Group, Kind: s.Kind, Name: s.Name, Namespace: s.Namespace}
		if s.Kind == "ServiceAccount" {
			ref.APIGroup = "" // the core group
		}
		m.Subjects = append(m.Subjects, ref)
	}
	return m
}

// Binding returns what m says.
func (m Manifest) Binding() Binding {
	b := Binding{
		Namespace: m.Metadata.Namespace, Name: m.Metadata.Name,
		Role:   Role{Kind: m.RoleRef.Kind, Name: m.RoleRef.Name},
		Labels: m.Metadata.Labels, Annotations: m.Metadata.Annotations,
		ResourceVersion: m.Metadata.ResourceVersion,
		Owned:           m.Metadata.Labels[LabelManagedBy] == ManagedBy,
	}
	for _, s := range m.Subjects {
		b.Subjects = append(b.Subjects, Subject{Kind: s.Kind, Name: s.Name, Namespace: s.Namespace})
	}
	return b
}

// Documents returns what kubectl would print: one manifest, or a List of them.
// Both can be applied and kept in a repository.
func Documents(list []Binding) any {
	manifests := []Manifest{}
	for _, b := range list {
		b.ResourceVersion = ""
		manifests = append(manifests, b.Manifest())
	}
	if len(manifests) == 1 {
		return manifests[0]
	}
	return struct {
		APIVersion string     `json:"apiVersion"`
		Kind       string     `json:"kind"`
		Items      []Manifest `json:"items"`
	}{"v1", "List", manifests}
}
